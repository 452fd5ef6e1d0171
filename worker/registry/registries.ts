import type { Fetch } from './authorizer.ts';
import { Authorizer } from './authorizer.ts';
import type { Credentials } from './credentials.ts';
import { basicAuthorization } from './credentials.ts';
import { endpointOf } from './endpoints.ts';
import { Repository } from './repository.ts';
import type { TransportOptions } from './transport.ts';
import { Transport } from './transport.ts';

export interface RegistriesOptions {
  /** Registries without TLS, beside those on this machine: `host` or `host:port`. */
  readonly insecure?: readonly string[];
  readonly fetch: Fetch;
  readonly sleep?: TransportOptions['sleep'];
}

const hub = 'docker.io';
/** Where Docker Hub is searched. */
const hubIndex = 'https://index.docker.io/';

/** Every registry there is, each by the domain of its image names. */
export class Registries {
  readonly #options: RegistriesOptions;

  constructor(options: RegistriesOptions) {
    this.#options = options;
  }

  /** A repository, for one operation: tokens are kept as long as it is. */
  repository(
    { domain, path }: { domain: string; path: string },
    credentials?: Credentials,
    onWait?: TransportOptions['onWait'],
  ): Repository {
    const authorizer = new Authorizer(this.#options.fetch, credentials);
    return new Repository(this.#transport(domain, authorizer, onWait), path);
  }

  /**
   * Asks whether the credentials are good; resolves with a token that stands in for the password, where the registry
   * gives one. Rejects with a `RegistryError` when it does not know them, and with its reason when it cannot be asked.
   */
  async login(domain: string, credentials: Credentials): Promise<string | undefined> {
    const authorizer = new Authorizer(this.#options.fetch, credentials, { offline: true });
    const transport = this.#transport(domain, authorizer);
    const response = await transport.send({ method: 'GET', url: 'v2/', scope: '' });
    await response.body?.cancel();
    return authorizer.identityToken;
  }

  /** The address of a registry's API, for messages. */
  endpoint(domain: string): string {
    return `${endpointOf(domain, this.#options.insecure)}v2/`;
  }

  /** What Docker Hub's search, or another registry's of that kind, answers: JSON. */
  async search(domain: string, query: URLSearchParams, credentials?: Credentials): Promise<Response> {
    const base = domain === hub ? hubIndex : endpointOf(domain, this.#options.insecure);
    const headers: Record<string, string> = credentials?.username
      ? { Authorization: basicAuthorization(credentials) }
      : {};
    return this.#options.fetch(`${base}v1/search?${query}`, { headers });
  }

  #transport(domain: string, authorizer: Authorizer, onWait?: TransportOptions['onWait']): Transport {
    const { fetch, sleep } = this.#options;
    return new Transport({
      fetch,
      base: endpointOf(domain, this.#options.insecure),
      authorizer,
      ...(onWait && { onWait }),
      ...(sleep && { sleep }),
    });
  }
}
