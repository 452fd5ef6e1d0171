import type { AuthConfig } from '../../protocol/engine-api.ts';
import { authConfig } from '../bodies/auth.ts';
import { decode } from '../json/schema.ts';
import type { Call } from '../route.ts';

/**
 * The credentials that a client sends with a request, for that request alone. What cannot be read is as if it was not
 * there. https://github.com/moby/moby/blob/v28.5.2/api/types/registry/authconfig.go (DecodeAuthConfig)
 */
export function registryAuth({ request }: Pick<Call, 'request'>): AuthConfig | undefined {
  const header = request.headers.get('x-registry-auth');
  if (header === '') return undefined;
  try {
    const bytes = Uint8Array.from(atob(header.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    return decode(authConfig, '', JSON.parse(new TextDecoder().decode(bytes))) as AuthConfig | undefined;
  } catch {
    return undefined;
  }
}
