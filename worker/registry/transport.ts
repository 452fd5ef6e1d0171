import { BottleshipError, errorMessage } from '../oci/errors.ts';
import type { Authorizer, Fetch } from './authorizer.ts';
import { registryError } from './errors.ts';
import { relayCode } from './relayed-fetch.ts';

/** A request to one registry. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the registry's base address, or an address that it has given. */
  readonly url: string;
  /** `repository:library/busybox:pull`. */
  readonly scope: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob | Uint8Array<ArrayBuffer> | string;
  readonly signal?: AbortSignal;
  /** Tries again also when the registry is out of reach. */
  readonly persistent?: boolean;
  /** In place of the transport's. */
  readonly onWait?: OnWait;
}

/** Is told of a wait before it begins, with its seconds and what it is for. */
export type OnWait = (seconds: number, reason: string) => void;

export interface TransportOptions {
  readonly fetch: Fetch;
  /** `https://registry-1.example.com/`, or a relay's address for it. */
  readonly base: string;
  readonly authorizer: Authorizer;
  readonly onWait?: OnWait;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

const attempts = 5;
const firstWait = 1;
const longestBackoff = 30;
/** A registry that asks for more is busy for longer than anybody sits there. */
const longestWait = 300;

/**
 * Sends requests to one registry: authenticates when it is asked to, and waits and tries again when the registry is
 * busy (429) or broken (5xx), or out of reach in the middle of things. Gives any answer below 400; rejects with a `RegistryError` otherwise.
 */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async send(request: RegistryRequest): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#try(request);
      if (!(outcome instanceof Failure)) return outcome;
      const seconds = outcome.wait ?? Math.min(firstWait * 2 ** (attempt - 1), longestBackoff);
      if (!outcome.retry || attempt >= attempts || seconds > longestWait) throw outcome.error;
      (request.onWait ?? this.#options.onWait)?.(Math.ceil(seconds), outcome.error.message);
      await (this.#options.sleep ?? sleep)(seconds * 1000);
      request.signal?.throwIfAborted();
    }
  }

  async #try(request: RegistryRequest): Promise<Response | Failure> {
    try {
      const response = await this.#authenticated(request);
      if (response.status < 400) return response;
      const error = await registryError(response);
      const busy = response.status === 429 || response.status >= 500;
      const retry = error.code === relayCode ? (request.persistent ?? false) : busy;
      return new Failure(error, retry, retryAfter(response));
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof BottleshipError) throw error;
      return new Failure(this.#unreachable(error), request.persistent ?? false, undefined);
    }
  }

  /** For what the registry's own address is not enough. */
  get base(): string {
    return this.#options.base;
  }

  /** Two refusals in a row are one: the credentials are not good enough. */
  async #authenticated(request: RegistryRequest): Promise<Response> {
    const response = await this.#once(request);
    if (response.status !== 401) return response;
    if (!(await this.#options.authorizer.answer(response, request.scope))) return response;
    await response.body?.cancel();
    return this.#once(request);
  }

  async #once({ method, url, scope, headers, body, signal }: RegistryRequest): Promise<Response> {
    const base = new URL(this.#options.base);
    const target = new URL(url, base);
    // Elsewhere, where the registry has sent us, its credentials are nobody's business.
    const authorization =
      target.origin === base.origin ? await this.#options.authorizer.header(scope) : undefined;
    const all = { ...headers, ...(authorization && { Authorization: authorization }) };
    return this.#options.fetch(target.href, {
      method,
      headers: all,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
  }

  #unreachable(error: unknown): BottleshipError {
    return new BottleshipError('unavailable', `${new URL(this.#options.base).host}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

class Failure {
  readonly error: Error;
  readonly retry: boolean;
  /** Seconds that the registry asks for. */
  readonly wait: number | undefined;

  constructor(error: Error, retry: boolean, wait: number | undefined) {
    this.error = error;
    this.retry = retry;
    this.wait = wait;
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
