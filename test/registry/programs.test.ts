/** The registries and programs that other tests rely on do what they are relied on for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isThere } from '../api/clients.ts';
import { TestRegistry, user } from './docker-registry.ts';
import { copyToRegistry, layouts } from './images.ts';
import { outputOf, runProgram } from './programs.ts';

/** Skipped where Debian's packages cannot be had. */
const needed = (['docker-registry', 'skopeo', 'crane'] as const).every(isThere);

describe.skipIf(!needed).each(['none', 'basic', 'token'] as const)(
  'a registry with %s authentication',
  (auth) => {
    let registry: TestRegistry;
    beforeAll(async () => {
      registry = await TestRegistry.start({ auth });
      await copyToRegistry(registry, layouts.busybox, 'library/busybox:1');
    });
    afterAll(() => registry?.stop());

    test('has what was put there', async () => {
      const credentials = auth === 'none' ? [] : ['--creds', `${user.username}:${user.password}`];
      const source = `docker://${registry.host}/library/busybox:1`;
      const digest = await outputOf('skopeo', [
        'inspect',
        '--tls-verify=false',
        ...credentials,
        '--format={{.Digest}}',
        source,
      ]);
      expect(digest).toBe(layouts.busybox.digest);
    });

    test('refuses whom it does not know', async () => {
      const { status, headers } = await fetch(registry.url(''), {
        headers: { Origin: 'http://page.example' },
      });
      expect(status).toBe(auth === 'none' ? 200 : 401);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      const { code } = await runProgram('crane', [
        'validate',
        '--insecure',
        '--remote',
        `${registry.host}/library/busybox:1`,
      ]);
      expect(code).toBe(auth === 'none' ? 0 : 1);
    });
  },
);
