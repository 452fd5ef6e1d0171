/** Our command and Docker's client 28 about registries, on the same engine, with a real registry that wants a password. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { isThere } from '../api/clients.ts';
import { type Docker, engineForFile, type Finished } from '../api/engine.ts';
import { FakeSession } from '../cli/fake-session.ts';
import { TestRegistry, user } from './docker-registry.ts';

const needed = (['docker-registry', 'docker 28'] as const).every(isThere);

/** In this order, `HOST` being the registry. What follows a `<` is the standard input. */
const lines = [
  'login --help',
  'logout --help',
  'push --help',
  'image push --help',
  'search --help',
  'pull --help',
  'login a b',
  'logout a b',
  'push',
  'push x y',
  'search',
  'search --limit 200 foo',
  'search --limit x foo',
  'search -f x=y foo',
  'search -f x foo',
  'search -f stars=x foo',
  'search -f is-official=maybe foo',
  'search HOST/foo',
  'search http://HOST/foo',
  'push AbC',
  'push -a HOST/me/x:v1',
  'push HOST/me/x@sha256:6c3bcb9ba190ec7505e20b0230dbbf5d373c544bffee6922bc6a31b77aff3036',
  'push HOST/me/none',
  'push HOST/me/none:x',
  'push -a HOST/me/none',
  'push -q HOST/me/none',
  'push --platform nonsense/x/y/z HOST/me/none',
  'push --platform linux/386 HOST/me/none',
  'push HOST/me/x:v1',
  'pull HOST/me/x:v1',
  'run --pull always HOST/me/x:v1 true',
  'pull -a HOST/me/x:v1',
  'login HOST',
  `login -u ${user.username} HOST`,
  'login --password-stdin HOST',
  'login -p a --password-stdin HOST',
  `login -u ${user.username} --password-stdin HOST`,
  `login -u ${user.username} -p wrong HOST`,
  'login -u a -p b 127.0.0.1:1',
  `login -u ${user.username} -p ${user.password} HOST`,
  `login -u ${user.username} -p ${user.password} HOST`,
  `login -u ${user.username} --password-stdin HOST < ${user.password}`,
  'login HOST',
  'login http://HOST/v2/',
  `login -u ${user.username} -p ${user.password} https://HOST/v2/`,
  'push HOST/me/x:v1',
  'push HOST/me/x:v1',
  'push -q HOST/me/x:v1',
  'push -a HOST/me/x',
  'push --platform linux/386 HOST/me/x:v1',
  'pull HOST/me/x:v1',
  'pull -q HOST/me/x:v1',
  'pull -a HOST/me/x',
  'pull -qa HOST/me/x',
  'pull HOST/me/x:v9',
  'pull -q HOST/me/x:v9',
  'pull HOST/me/none',
  'pull -a HOST/me/none',
  'pull --platform linux/arm64 HOST/me/x:nowhere',
  'logout http://HOST/v2/',
  'logout HOST',
  'logout',
  'pull HOST/me/x:v1',
] as const;

describe.skipIf(!needed)('our command and Docker’s client, about registries', () => {
  const engine = engineForFile({ registries: true });
  const files: Record<string, string | Uint8Array> = {};
  let docker: Docker;
  let registry: TestRegistry;

  beforeAll(async () => {
    docker = engine().client('docker 28');
    registry = await TestRegistry.start({ auth: 'basic' });
    await docker.out('pull', '-q', 'busybox');
    for (const tag of ['v1', 'v2']) await docker.out('tag', 'busybox', `${registry.host}/me/x:${tag}`);
  });
  afterAll(() => registry?.stop());

  async function ours(words: readonly string[], input: string): Promise<Finished> {
    const session = new FakeSession(words);
    Object.assign(session.fileTexts, files);
    session.directories.add('/root/.docker');
    session.type(input);
    session.keys.end();
    const code = await runCommand(engine().bottleship.engine, session);
    for (const path of Object.keys(files)) delete files[path];
    Object.assign(files, session.fileTexts);
    return { code, stdout: session.printed, stderr: session.complained };
  }

  /** The first push of the two sends what the second one finds there. */
  function seen({ code, stdout, stderr }: Finished): unknown {
    const [out, err] = [stdout, stderr].map((text) =>
      text
        .replaceAll(engine().folder, '/root')
        .replaceAll(/: (Pushed|Layer already exists)$/gm, ': there')
        .replaceAll(/^([0-9a-f]{12}: )Pushing .*\n/gm, ''),
    );
    return { code, out, err };
  }

  const theirFile = () => {
    const path = join(engine().folder, '.docker/config.json');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };

  test.each(lines.map((line, at) => [at, line] as const))('%i: docker %s', async (_, line) => {
    const [words = '', input = ''] = line.replaceAll('HOST', registry.host).split(' < ');
    const theirs = await docker.run(words.split(' '), input);
    expect(seen(await ours(words.split(' '), input))).toEqual(seen(theirs));
    expect(String(files['/root/.docker/config.json'] ?? '')).toBe(theirFile());
  });
});
