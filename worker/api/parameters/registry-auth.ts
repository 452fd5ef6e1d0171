import type { AuthConfig, AuthConfigs } from '../../protocol/engine-api.ts';
import { authConfig } from '../bodies/auth.ts';
import type { Schema } from '../json/schema.ts';
import { decode, map } from '../json/schema.ts';
import type { Call } from '../route.ts';

/**
 * The credentials that a client sends with a request, for that request alone. What cannot be read is as if it was not
 * there. https://github.com/moby/moby/blob/v28.5.2/api/types/registry/authconfig.go (DecodeAuthConfig)
 */
export function registryAuth({ request }: Pick<Call, 'request'>): AuthConfig | undefined {
  return sent(request.headers.get('x-registry-auth'), authConfig) as AuthConfig | undefined;
}

/** Those for all the registries that a build may pull from. */
export function registryConfig({ request }: Pick<Call, 'request'>): AuthConfigs | undefined {
  return sent(request.headers.get('x-registry-config'), map(authConfig)) as AuthConfigs | undefined;
}

function sent(header: string, schema: Schema): unknown {
  if (header === '') return undefined;
  try {
    const bytes = Uint8Array.from(atob(header.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    return decode(schema, '', JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
