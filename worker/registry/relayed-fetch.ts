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
 * scripts/relay) where there is one. What is on the user's own machine is asked directly, and through the relay where
 * that fails: a registry that wants a password refuses the browser's preflight, too.
 */
export function relayedFetch({ fetch, relay }: RelayOptions): Fetch {
  let known: Promise<string | undefined> | undefined;
  const relayedOnly = new Set<string>();
  /** Without credentials of the browser's own: it would ask for a password by itself. */
  const plain: Fetch = (url, init) => fetch(url, { ...init, credentials: 'omit' });
  return async (url, init) => {
    const target = new URL(url);
    const isOwn = isLoopback(target.hostname);
    if (isOwn && !relayedOnly.has(target.origin)) {
      try {
        return await direct(plain, target, init);
      } catch (error) {
        init?.signal?.throwIfAborted();
        const answer = await throughRelay(plain, await (known ??= relay()), target, init);
        if (answer === undefined || (await isRefused(answer))) throw error;
        relayedOnly.add(target.origin);
        return answer;
      }
    }
    const answer = await throughRelay(plain, await (known ??= relay()), target, init);
    return answer ?? direct(plain, target, init);
  };
}

/** Undefined where there is no relay. */
async function throughRelay(
  fetch: Fetch,
  relay: string | undefined,
  { protocol, host, pathname, search }: URL,
  init: RequestInit | undefined,
): Promise<Response | undefined> {
  if (relay === undefined) return undefined;
  return fetch(`${relay}${protocol.slice(0, -1)}/${host}${pathname}${search}`, init);
}

/** Whether the relay itself says that it does not know the registry, or cannot reach it either. */
async function isRefused(answer: Response): Promise<boolean> {
  if (answer.status !== 403 && answer.status !== 502) return false;
  return (await answer.clone().text()).includes(`"${relayCode}"`);
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
