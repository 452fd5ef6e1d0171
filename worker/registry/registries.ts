import type { Fetch } from './authorizer.ts';
import { Authorizer } from './authorizer.ts';
import type { Credentials } from './credentials.ts';
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
    return new Repository(this.#transport(domain, credentials, onWait), path);
  }

  /** Asks whether the credentials are good. Rejects with a `RegistryError` when they are not. */
  async check(domain: string, credentials: Credentials | undefined): Promise<void> {
    const response = await this.#transport(domain, credentials).send({
      method: 'GET',
      url: 'v2/',
      scope: '',
    });
    await response.body?.cancel();
  }

  #transport(
    domain: string,
    credentials: Credentials | undefined,
    onWait?: TransportOptions['onWait'],
  ): Transport {
    const { fetch, sleep } = this.#options;
    return new Transport({
      fetch,
      base: endpointOf(domain, this.#options.insecure),
      authorizer: new Authorizer(fetch, credentials),
      ...(onWait && { onWait }),
      ...(sleep && { sleep }),
    });
  }
}
