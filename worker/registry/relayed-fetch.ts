import { BottleshipError } from '../oci/errors.ts';
import type { Fetch } from './authorizer.ts';

/** The error code of a relay that could not reach the registry, or would not. */
export const relayCode = 'RELAY';

export interface RelayOptions {
  readonly fetch: Fetch;
  /** The address of a relay, with a slash at its end; undefined where there is none. Asked for once, when it is needed. */
  readonly relay: () => Promise<string | undefined>;
}

/**
 * A `fetch` for pages, where registries that send no CORS headers are out of reach: requests go through a relay (see
 * scripts/relay) where there is one. What is on the user's own machine is asked directly.
 */
export function relayedFetch({ fetch, relay }: RelayOptions): Fetch {
  let known: Promise<string | undefined> | undefined;
  return async (url, init) => {
    const target = new URL(url);
    if (isLoopback(target.hostname)) return direct(fetch, target, init);
    const base = await (known ??= relay());
    if (base === undefined) return direct(fetch, target, init);
    return fetch(
      `${base}${target.protocol.slice(0, -1)}/${target.host}${target.pathname}${target.search}`,
      init,
    );
  };
}

async function direct(fetch: Fetch, target: URL, init: RequestInit | undefined): Promise<Response> {
  try {
    return await fetch(target.href, init);
  } catch (error) {
    init?.signal?.throwIfAborted();
    throw new BottleshipError(
      'unavailable',
      `${target.host} cannot be reached from this page: it is down, or it does not let web pages read it (CORS). ` +
        'Serve the page with "npm start", which relays registries, or name a relay in its config.json.',
      { cause: error },
    );
  }
}

/** Docker takes a registry on the machine itself for one without TLS, and so does a browser. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
