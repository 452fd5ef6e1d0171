/** Contexts and sources of ADD that are git repositories, from a server of git's own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SolveOptions, SolveStatus } from '../../worker/protocol/engine-api.ts';
import { type Fixture, makeFixture } from '../../worker/engine/fixture.suite.ts';
import { type GitServer, gitIsThere, serveGit } from './git-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'git-'));
const work = join(folder, 'work');
let server: GitServer;
let fixture: Fixture;

function git(...args: string[]): string {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd: work, encoding: 'utf8' }).trim();
}

function makeRepository(): void {
  mkdirSync(join(work, 'sub'), { recursive: true });
  git('init', '-q');
  writeFileSync(join(work, 'Dockerfile'), 'FROM scratch\nCOPY . /c/\n');
  writeFileSync(join(work, 'sub/Dockerfile'), 'FROM scratch\nCOPY . /s/\n');
  writeFileSync(join(work, 'a'), 'main\n');
  writeFileSync(join(work, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(work, 'run.sh'), 0o755);
  symlinkSync('a', join(work, 'link'));
  git('add', '-A');
  git('commit', '-qm', 'one');
  git('tag', '-a', 'v1', '-m', 'v1');
  git('checkout', '-qb', 'dev');
  writeFileSync(join(work, 'a'), 'dev\n');
  git('commit', '-qam', 'two');
  git('checkout', '-q', 'main');
  git('clone', '-q', '--bare', '.', join(folder, 'repo.git'));
}

const repository = (fragment = '') => `${server.address}/repo.git${fragment}`;

async function solve(options: SolveOptions): Promise<SolveStatus[]> {
  const statuses: SolveStatus[] = [];
  for await (const status of await fixture.engine.imageSolve(options)) statuses.push(status);
  return statuses;
}

const fromContext = (address: string, options: Partial<SolveOptions> = {}) =>
  solve({ ...options, context: { address } });

const fromDockerfile = (dockerfileText: string) =>
  solve({ context: { tar: nothing() }, dockerfileText, noCache: true });

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(1024));
}

/** Names of the files that the last layer has, with modes, and the contents of small ones. */
async function files(statuses: readonly SolveStatus[]): Promise<string[]> {
  const { image, failure } = statuses.at(-1) ?? {};
  if (image === undefined) return [failure?.message ?? ''];
  const { RootFS } = await fixture.engine.imageInspect(image);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await fixture.engine.imageSave([image])) chunks.push(chunk);
  const saved = await unpackTar(Buffer.concat(chunks));
  const layer = saved.find(
    ({ header }) => header.name === `blobs/${(RootFS.Layers.at(-1) ?? '').replace(':', '/')}`,
  );
  return (await unpackTar(layer?.data ?? new Uint8Array())).map(({ header, data }) =>
    [header.name, header.mode?.toString(8), header.linkname ?? '', Buffer.from(data ?? []).toString()]
      .join(' ')
      .trim(),
  );
}

const failure = (statuses: readonly SolveStatus[]) => statuses.at(-1)?.failure?.message;

const names = (statuses: readonly SolveStatus[]) => [
  ...new Set(statuses.flatMap(({ vertexes = [] }) => vertexes.map(({ name }) => name))),
];

const all = (text: string) => [
  'c/ 755',
  'c/Dockerfile 644  FROM scratch\nCOPY . /c/',
  `c/a 644  ${text}`,
  'c/link 777 a',
  'c/run.sh 755  #!/bin/sh',
  'c/sub/ 755',
  'c/sub/Dockerfile 644  FROM scratch\nCOPY . /s/',
];

const add = (checksum: string, fragment = '') =>
  fromDockerfile(`FROM scratch\nADD --checksum=${checksum} ${repository(fragment)} /c`);

describe.skipIf(!gitIsThere())('git repositories', () => {
  beforeAll(async () => {
    makeRepository();
    server = await serveGit(folder);
    fixture = await makeFixture();
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('the branch that the repository names, as git checks it out, without .git', async () => {
    const statuses = await fromContext(repository());
    expect(await files(statuses)).toEqual(all('main'));
    expect(names(statuses)).toEqual([
      `[internal] load git source ${repository()}`,
      '[1/1] COPY . /c/',
      'exporting to image',
    ]);
  });

  test('branches, tags, commits, directories', async () => {
    expect(await files(await fromContext(repository('#dev')))).toEqual(all('dev'));
    expect(await files(await fromContext(repository('#refs/heads/dev')))).toEqual(all('dev'));
    expect(await files(await fromContext(repository('#v1')))).toEqual(all('main'));
    expect(await files(await fromContext(repository(`#${git('rev-parse', 'dev')}`)))).toEqual(all('dev'));
    const sub = ['s/ 755', 's/Dockerfile 644  FROM scratch\nCOPY . /s/'];
    expect(await files(await fromContext(repository('#:sub')))).toEqual(sub);
    expect(await files(await fromContext(repository('#dev:sub')))).toEqual(sub);
  });

  test('what is not there is said in BuildKit’s words', async () => {
    const read = 'failed to read dockerfile: ';
    expect(failure(await fromContext(repository('#nosuch')))).toBe(
      `${read}failed to load cache key: repository does not contain ref nosuch, output: ""`,
    );
    expect(failure(await fromContext(repository('#:nosub')))).toBe(
      `${read}invalid subdir /nosub: failed to lstat "nosub": statat nosub: no such file or directory`,
    );
    const none = `${server.address}/none.git`;
    expect(failure(await fromContext(none))).toBe(
      `${read}failed to load cache key: error fetching default branch for repository ${none}: git stderr:\nfatal: repository '${none}/' not found\n: exit status 128`,
    );
    expect(failure(await fromContext('git://127.0.0.1/x.git'))).toContain(
      'this engine has no network for git: name the repository by its https:// address',
    );
  });

  test('ADD of a repository, of a directory of it, with an owner', async () => {
    expect(await files(await fromDockerfile(`FROM scratch\nADD ${repository()} /c`))).toEqual(all('main'));
    expect(await files(await fromDockerfile(`FROM scratch\nADD ${repository('#dev:sub')} /x/`))).toEqual([
      'x/ 755',
      'x/Dockerfile 644  FROM scratch\nCOPY . /s/',
    ]);
  });

  test('ADD --checksum', async () => {
    const [main, dev] = [git('rev-parse', 'main'), git('rev-parse', 'dev')];
    expect(await files(await add(main))).toEqual(all('main'));
    expect(await files(await add(dev))).toEqual(all('dev'));
    expect(await files(await add(dev.slice(0, 12), '#dev'))).toEqual(all('dev'));
    expect(failure(await add(main, '#dev'))).toBe(`expected checksum to match ${main}, got ${dev}`);
    expect(failure(await add('sha256:abc'))).toBe(
      'failed to load cache key: invalid checksum sha256:abc for Git URL, expected hex commit hash',
    );
  });

  test('ADD --keep-git-dir: a repository that git itself works in', async () => {
    const statuses = await fromDockerfile(`FROM scratch\nADD --keep-git-dir=true ${repository()} /`);
    const { image = '' } = statuses.at(-1) ?? {};
    const { RootFS } = await fixture.engine.imageInspect(image);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await fixture.engine.imageSave([image])) chunks.push(chunk);
    const into = join(folder, 'kept');
    mkdirSync(join(into, 'save'), { recursive: true });
    execFileSync('tar', ['-x', '-C', join(into, 'save')], { input: Buffer.concat(chunks) });
    const layer = join(into, 'save/blobs', (RootFS.Layers[0] ?? '').replace(':', '/'));
    execFileSync('tar', ['-x', '--no-same-owner', '-f', layer, '-C', into]);
    rmSync(join(into, 'save'), { recursive: true });
    const inside = (...args: string[]) =>
      execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: into, encoding: 'utf8' }).trim();
    expect(inside('rev-parse', 'HEAD')).toBe(git('rev-parse', 'main'));
    expect(inside('status', '--porcelain')).toBe('');
    expect(inside('log', '--format=%s')).toBe('one');
  });

  test('the classic builder builds from a repository, too', async () => {
    const messages = [];
    const remote = repository('#dev');
    for await (const message of await fixture.engine.imageBuild(nothing(), { remote, tags: ['classic'] }))
      messages.push(message);
    expect(messages.at(-1)).toEqual({ stream: 'Successfully tagged classic:latest\n' });
    const { RootFS } = await fixture.engine.imageInspect('classic');
    expect(RootFS.Layers).toHaveLength(1);
  });
});
