import type { Reference } from '../../oci/reference.ts';
import type { AuthConfig, AuthConfigs } from '../../protocol/engine-api.ts';
import type { Credentials } from '../../registry/credentials.ts';

/** What a client has sent with its request. Name and password may come in one, as in the client's own file. */
export function credentialsOf(config: AuthConfig | undefined): Credentials | undefined {
  if (config === undefined) return undefined;
  const { username, password } = config.username ? config : { ...config, ...split(config.auth ?? '') };
  const { identitytoken: identityToken, registrytoken: registryToken } = config;
  if (!username && !identityToken && !registryToken) return undefined;
  return {
    ...(username && { username, password: password ?? '' }),
    ...(identityToken && { identityToken }),
    ...(registryToken && { registryToken }),
  };
}

/** The name that clients keep Docker Hub's credentials under. */
const indexServer = 'https://index.docker.io/v1/';

/**
 * Those of a client's credentials that are the registry's of a reference; a name may have a scheme and a path.
 * https://github.com/moby/moby/blob/v28.5.2/registry/auth.go (ResolveAuthConfig)
 */
export function credentialsFor(auths: AuthConfigs, { domain }: Reference): Credentials | undefined {
  const name = domain === 'docker.io' ? indexServer : domain;
  const found = auths[name] ?? Object.entries(auths).find(([key]) => hostOf(key) === hostOf(name))?.[1];
  return credentialsOf(found);
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
}

function split(auth: string): { username?: string; password?: string } {
  try {
    const bytes = Uint8Array.from(atob(auth), (character) => character.charCodeAt(0));
    const text = new TextDecoder().decode(bytes);
    const colon = text.indexOf(':');
    return colon < 0 ? {} : { username: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    return {};
  }
}
