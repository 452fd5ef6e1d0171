import { expect, test } from 'vitest';
import { RegistryError } from '../../registry/errors.ts';
import type { Registries } from '../../registry/registries.ts';
import { authenticate } from './auth.ts';

const endpoint = (domain: string): string => `https://${domain}/v2/`;

function refusing(refusal: RegistryError): Registries {
  return { endpoint, login: () => Promise.reject(refusal) } as unknown as Registries;
}

test.each([
  [401, 'unauthorized', 'no', 'Get "https://reg.example/v2/": no'],
  [403, undefined, 'no', 'login attempt to https://reg.example/v2/ failed with status: 403 Forbidden'],
  [
    403,
    'RELAY',
    'relay: reg.example is not known',
    'Get "https://reg.example/v2/": relay: reg.example is not known',
  ],
])('%i %s', async (status, code, message, expected) => {
  const registries = refusing(new RegistryError(status, code, message));
  await expect(authenticate(registries, { serveraddress: 'reg.example' })).rejects.toThrow(expected);
});
