/** The real docker client against the engine, and that against a real registry. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isThere } from '../api/clients.ts';
import { type Docker, engineForFile } from '../api/engine.ts';
import { TestRegistry, user } from './docker-registry.ts';
import { copyToRegistry, layouts, sharedLayouts } from './images.ts';
import { outputOf, runProgram } from './programs.ts';

const needed = (['docker-registry', 'docker 28', 'skopeo', 'crane'] as const).every(isThere);

describe.skipIf(!needed)('the docker client', () => {
  const engine = engineForFile({ registries: true });
  let docker: Docker;
  let open: TestRegistry;
  let basic: TestRegistry;
  let token: TestRegistry;

  beforeAll(async () => {
    docker = engine().client('docker 28');
    [open, basic, token] = (await Promise.all(
      (['none', 'basic', 'token'] as const).map((auth) => TestRegistry.start({ auth, tokenLifetime: 60 })),
    )) as [TestRegistry, TestRegistry, TestRegistry];
    await docker.out('pull', '-q', 'busybox');
  });
  afterAll(() => Promise.all([open, basic, token].map((registry) => registry?.stop())));

  const tagged = async (name: string, image = 'busybox'): Promise<string> => {
    await docker.out('tag', image, name);
    return name;
  };

  test('pushes what the registry lacks, and once', async () => {
    const name = await tagged(`${open.host}/me/busybox:v1`);
    const first = await docker.out('push', name);
    expect(first).toMatch(
      /^The push refers to repository \[.*\/me\/busybox\]\n([0-9a-f]{12}): Preparing\n\1: Pushed\nv1: digest: sha256:[0-9a-f]{64} size: \d+$/,
    );
    const second = await docker.out('push', name);
    expect(second).toMatch(/: Layer already exists\nv1: digest: /);
    expect(second.split('\n').at(-1)).toBe(first.split('\n').at(-1));
    const digest = /sha256:[0-9a-f]{64}/.exec(first)?.[0];
    const seen = await outputOf('skopeo', [
      'inspect',
      '--tls-verify=false',
      '--format={{.Digest}}',
      `docker://${name}`,
    ]);
    expect(seen).toBe(digest);
    expect(await docker.out('images', '--digests', '--format={{.Digest}}', `${open.host}/me/busybox`)).toBe(
      digest,
    );
  });

  test('pushes an image that crane finds whole, and pulls it back as the same', async () => {
    const name = await tagged(`${open.host}/me/whole:v1`);
    await docker.out('push', '-q', name);
    expect(await runProgram('crane', ['validate', '--insecure', '--remote', name])).toMatchObject({
      code: 0,
    });
    const id = await docker.out('image', 'inspect', '--format={{.Id}}', name);
    await docker.out('rmi', name);
    expect(await docker.out('pull', '-q', name)).toBe(name);
    expect(await docker.out('image', 'inspect', '--format={{.Id}}', name)).toBe(id);
  });

  test('has a layer mounted that another repository has', async () => {
    const image = await tagged(`${open.host}/me/mounted:v1`, `${open.host}/me/busybox:v1`);
    expect(await docker.out('push', image)).toMatch(/: Mounted from me\/(busybox|whole)\nv1: digest/);
  });

  test('pushes all tags, and pulls them', async () => {
    for (const tag of ['a', 'b', 'c']) await tagged(`${open.host}/me/tags:${tag}`);
    const pushed = await docker.out('push', '-a', `${open.host}/me/tags`);
    expect(pushed.match(/^[abc]: digest: /gm)).toHaveLength(3);
    for (const tag of ['a', 'b', 'c']) await docker.out('rmi', `${open.host}/me/tags:${tag}`);
    await docker.out('pull', '-a', `${open.host}/me/tags`);
    expect(await docker.out('images', '--format={{.Tag}}', `${open.host}/me/tags`)).toBe('a\nb\nc');
  });

  test('pushes what a container has made of an image', async () => {
    const container = await docker.out(
      'run',
      '-d',
      'busybox',
      'sh',
      '-c',
      'dd if=/dev/urandom of=/big bs=1M count=5',
    );
    await docker.out('wait', container);
    const name = `${open.host}/me/grown:v1`;
    await docker.out('commit', container, name);
    await docker.out('push', name);
    expect(await runProgram('crane', ['validate', '--insecure', '--remote', name])).toMatchObject({
      code: 0,
    });
    const sum = await docker.out('run', '--rm', name, 'sha256sum', '/big');
    await docker.out('rm', container);
    await docker.out('rmi', '-f', name);
    expect(await docker.out('run', '--rm', name, 'sha256sum', '/big')).toContain(sum);
  });

  test.each([
    [
      'an image that is not here',
      ['push', 'HOST/me/none'],
      'An image does not exist locally with the tag: HOST/me/none',
    ],
    [
      'a tag that is not there',
      ['pull', 'HOST/me/busybox:v9'],
      'Error response from daemon: manifest for HOST/me/busybox:v9 not found: manifest unknown: manifest unknown',
    ],
    [
      'a repository that is not there',
      ['pull', '-a', 'HOST/me/none'],
      'Error response from daemon: repository HOST/me/none not found: name unknown: repository name not known to registry',
    ],
    [
      'searching a registry that cannot be',
      ['search', 'HOST/foo'],
      'Error response from daemon: Unexpected status code 404',
    ],
  ])('is told of %s', async (_, args, text) => {
    const { code, stderr } = await docker.run(args.map((word) => word.replaceAll('HOST', open.host)));
    expect([code, stderr.trim()]).toEqual([1, text.replaceAll('HOST', open.host)]);
  });

  test.each(['basic', 'token'] as const)(
    'logs in with %s authentication, and is not let in before and after',
    async (auth) => {
      const registry = auth === 'basic' ? basic : token;
      const name = await tagged(`${registry.host}/me/private:v1`);
      const refused = await docker.run(['push', name]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(
        auth === 'basic'
          ? /^no basic auth credentials$/m
          : /^denied: requested access to the resource is denied$/m,
      );

      const wrong = await docker.run(
        ['login', '-u', user.username, '--password-stdin', registry.host],
        'wrong\n',
      );
      expect(wrong).toMatchObject({ code: 1 });
      expect(wrong.stderr).toContain(
        auth === 'basic'
          ? `login attempt to http://${registry.host}/v2/ failed with status: 401 Unauthorized`
          : `Get "http://${registry.host}/v2/": unauthorized: incorrect username or password`,
      );
      const login = await docker.run(
        ['login', '-u', user.username, '--password-stdin', registry.host],
        user.password,
      );
      expect([login.code, login.stdout]).toEqual([0, 'Login Succeeded\n']);
      const kept = readFileSync(join(engine().folder, '.docker/config.json'), 'utf8');
      expect(kept.includes('identitytoken')).toBe(auth === 'token');

      await docker.out('push', name);
      await docker.out('rmi', name);
      await docker.out('pull', '-q', name);
      const credentials = `${user.username}:${user.password}`;
      await outputOf('skopeo', ['inspect', '--tls-verify=false', '--creds', credentials, `docker://${name}`]);

      const build = () =>
        engine().run('env', ['DOCKER_BUILDKIT=0', docker.program, 'build', '--pull', '-'], `FROM ${name}\n`);
      expect(await build()).toMatchObject({ code: 0 });

      await docker.out('logout', registry.host);
      expect(await build()).toMatchObject({ code: 1 });
      const again = await docker.run(['pull', name]);
      expect(again.code).toBe(1);
      expect(again.stderr).toMatch(
        auth === 'basic'
          ? `Error response from daemon: Head "http://${registry.host}/v2/me/private/manifests/v1": no basic auth credentials`
          : `Error response from daemon: pull access denied for ${registry.host}/me/private, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
      );
    },
  );

  test.each(['gzip', 'zstd'])('pulls what skopeo has copied with %s, and runs it', async (format) => {
    const name = `copies/${format}:1`;
    await copyToRegistry(open, layouts.busybox, name, [
      `--dest-compress-format=${format}`,
      '--dest-compress',
    ]);
    await docker.out('rmi', '-f', 'busybox');
    await docker.out('pull', '-q', `${open.host}/${name}`);
    expect(await docker.out('run', '--rm', `${open.host}/${name}`, 'echo', 'runs')).toBe('runs');
    await docker.out('pull', '-q', 'busybox');
  });

  test.skipIf(!existsSync(sharedLayouts.glibc.folder))('pulls and pushes images of others', async () => {
    for (const [name, layout] of Object.entries(sharedLayouts)) {
      await copyToRegistry(open, layout, `official/${name}:1`);
      const image = `${open.host}/official/${name}:1`;
      await docker.out('pull', '-q', image);
      expect(await docker.out('image', 'inspect', '--format={{index .RepoDigests 0}}', image)).toContain(
        layout.digest,
      );
      const copy = await tagged(`${open.host}/copied/${name}:1`, image);
      expect(await docker.out('push', copy)).toContain(`: Mounted from official/${name}\n`);
      expect(await layersOf(copy)).toEqual(await layersOf(image));
    }
  });

  test('looks into a registry without pulling', async () => {
    const asked = await docker.run(['manifest', 'inspect', '--insecure', `${open.host}/me/busybox:v1`]);
    expect(asked).toMatchObject({ code: 0 });
    const { distribution } = await inspected(`${open.host}/me/busybox:v1`);
    expect(distribution).toMatchObject({ Platforms: [{ architecture: '386', os: 'linux' }] });
  });

  async function inspected(name: string): Promise<{ distribution: unknown }> {
    return { distribution: await engine().bottleship.engine.distributionInspect(name) };
  }
});

async function layersOf(image: string): Promise<string[]> {
  const seen = await outputOf('skopeo', ['inspect', '--tls-verify=false', `docker://${image}`]);
  return (JSON.parse(seen) as { Layers: string[] }).Layers;
}
