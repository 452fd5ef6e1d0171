import { describe, expect, test } from 'vitest';
import { parseReference } from '../../oci/reference.ts';
import { credentialsFor } from './credentials.ts';

const auths = {
  'https://index.docker.io/v1/': { username: 'hub', password: 'h' },
  'https://reg.example/v1/': { auth: btoa('captain:bottle') },
  'reg.example:5000': { identitytoken: 'T' },
  'empty.example': {},
};

describe('of all that a client has, the credentials for', () => {
  test.each([
    ['busybox', { username: 'hub', password: 'h' }],
    ['reg.example/ship', { username: 'captain', password: 'bottle' }],
    ['reg.example:5000/ship', { identityToken: 'T' }],
    ['empty.example/ship', undefined],
    ['other.example/ship', undefined],
  ])('%s', (name, credentials) => {
    expect(credentialsFor(auths, parseReference(name))).toEqual(credentials);
  });
});
