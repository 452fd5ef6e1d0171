import type { AuthConfig, AuthResult } from '../../protocol/engine-api.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import { errorMessage } from '../../oci/errors.ts';
import { RegistryError } from '../../registry/errors.ts';
import type { Registries } from '../../registry/registries.ts';
import { relayCode } from '../../registry/relayed-fetch.ts';
import { credentialsOf } from '../images/credentials.ts';
import { internal, invalid } from '../errors.ts';
import { withoutRegistries } from '../images/registries.ts';
import { indexServer } from './info.ts';

/**
 * Asks a registry whether it knows somebody; nothing of it is kept here.
 * https://github.com/moby/moby/blob/v28.5.2/registry/service.go (Auth)
 */
export async function authenticate(
  registries: Registries | undefined,
  config: AuthConfig,
): Promise<AuthResult> {
  const domain = domainOf(config.serveraddress || indexServer);
  if (registries === undefined) throw withoutRegistries();
  const url = registries.endpoint(domain);
  try {
    const token = await registries.login(domain, credentialsOf(config) ?? {});
    return { Status: 'Login Succeeded', IdentityToken: token ?? '' };
  } catch (error) {
    throw inDockersWords(error, url);
  }
}

/** What the registry itself refuses has no code; a token server's refusal has one, and so has the relay's. */
function inDockersWords(error: unknown, url: string): Error {
  const message = errorMessage(error);
  if (!(error instanceof RegistryError)) return internal(`Get "${url}": ${message}`, error);
  if (error.code === relayCode) return internal(`Get "${url}": ${message}`, error);
  if (error.code === 'unauthorized') return new ApiError(401, `Get "${url}": ${message}`);
  const status = `${error.status} ${statusTexts[error.status] ?? ''}`.trim();
  return internal(`login attempt to ${url} failed with status: ${status}`, error);
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The domain of a registry's image names, of an address that may have a scheme and a path. */
function domainOf(serverAddress: string): string {
  const address = /^https?:\/\//.test(serverAddress) ? serverAddress : `https://${serverAddress}`;
  if (!URL.canParse(address)) throw invalid(`unable to parse server address: ${serverAddress}`);
  const host = address.replace(/^https?:\/\//, '').replace(/[/?#].*$/s, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}
