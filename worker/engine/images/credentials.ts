import type { AuthConfig } from '../../protocol/engine-api.ts';
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
