import { packTar } from 'modern-tar';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BuildFile, BuildFiles, SolveOptions, SolveStatus } from '../../protocol/engine-api.ts';
import { tarHeader } from '../../oci/tar/writer.ts';
import { drain, type Fixture, makeFixture, settle } from '../fixture.suite.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await makeFixture();
});

type Files = Record<string, string>;

/** A directory of a client's; notes which of its files are read. */
class Directory implements BuildFiles {
  readonly key: string;
  readonly files: Files;
  readonly read_: string[] = [];
  /** Of all its files. */
  identity = '1';
  /** What it was last asked to leave out. */
  excludes: readonly string[] = [];

  constructor(files: Files, key = '/ctx') {
    this.files = files;
    this.key = key;
  }

  find(path: string): Promise<Uint8Array | undefined> {
    const text = this.files[path];
    return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
  }

  async *list(excludes: readonly string[] = []): AsyncGenerator<BuildFile> {
    this.excludes = excludes;
    for (const [path, text] of Object.entries(this.files)) {
      const common = { mode: 0o644, mtime: 1, link: '', major: 0, minor: 0 };
      yield await Promise.resolve({
        ...common,
        path,
        kind: 'file' as const,
        size: text.length,
        version: text,
        identity: this.identity,
      });
    }
  }

  async *read(files: readonly BuildFile[]) {
    for (const file of files) {
      this.read_.push(file.path);
      yield { file, content: one(new TextEncoder().encode(this.files[file.path])) };
    }
  }
}

async function* hugeFile(): AsyncGenerator<BuildFile> {
  const file = { kind: 'file' as const, mode: 0o644, mtime: 1, link: '', major: 0, minor: 0 };
  yield await Promise.resolve({ ...file, path: 'huge', size: 2 ** 31, version: '', identity: '' });
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

const solve = async (Dockerfile: string, files: Files = {}, options: Partial<SolveOptions> = {}) =>
  drain(
    await fixture.engine.imageSolve({
      context: { files: new Directory({ Dockerfile, ...files }) },
      ...options,
    }),
  );

const last = (statuses: readonly SolveStatus[]) => statuses.at(-1) ?? {};
const failure = (statuses: readonly SolveStatus[]) => last(statuses).failure?.message ?? '';
const image = (statuses: readonly SolveStatus[]) => last(statuses).image ?? failure(statuses);

const built = async (files: Directory, engine = fixture.engine) =>
  image(await drain(await engine.imageSolve({ context: { files } })));

async function* never(): AsyncGenerator<never> {
  yield await new Promise<never>(() => undefined);
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await settle();
    yield new Uint8Array(10);
  }
}

/** Steps that ended, in their order: what they are called, and how they ended. */
function steps(statuses: readonly SolveStatus[]): string[] {
  return statuses
    .flatMap(({ vertexes = [] }) => vertexes)
    .filter(({ completed, name }) => completed !== undefined && !name.startsWith('[internal]'))
    .map(({ name, cached }) => name + (cached ? ' CACHED' : ''));
}

async function paths(id: string, engine = fixture.engine): Promise<string[]> {
  const { RootFS } = await engine.imageInspect(id);
  const { readTar } = await import('../../oci/tar/reader.ts');
  const found: string[] = [];
  for (const digest of RootFS.Layers) {
    const reader = await fixture.content.reader(digest as Parameters<typeof fixture.content.reader>[0]);
    for await (const event of readTar(one(await reader.read(0, reader.size))))
      if ('entry' in event) {
        const { path, mode, uid, gid } = event.entry;
        found.push(`${new TextDecoder().decode(path)} ${mode.toString(8)} ${uid}:${gid}`);
      }
  }
  return found;
}

describe('steps', () => {
  const dockerfile =
    'FROM busybox AS base\nWORKDIR /w\nFROM scratch AS unused\nCOPY a /\nFROM base\nCOPY a b /d/\nLABEL x=y';

  test('only what the target needs is done, and the same again is all there', async () => {
    const files = { a: 'a', b: 'b' };
    expect(steps(await solve(dockerfile, files))).toEqual([
      '[base 1/2] FROM docker.io/library/busybox:latest',
      '[base 2/2] WORKDIR /w',
      '[stage-2 1/1] COPY a b /d/',
      'exporting to image',
    ]);
    expect(steps(await solve(dockerfile, files)).slice(1, 3)).toEqual([
      '[base 2/2] WORKDIR /w CACHED',
      '[stage-2 1/1] COPY a b /d/ CACHED',
    ]);
  });

  test('what is built twice is the same image', async () => {
    const first = image(await solve(dockerfile, { a: 'a', b: 'b' }));
    expect(image(await solve(dockerfile, { a: 'a', b: 'b' }))).toBe(first);
    expect(image(await solve(dockerfile, { a: 'a', b: 'b' }, { noCache: true }))).not.toBe(first);
  });

  test('an image is as large as the files of its layers', async () => {
    const { Size } = await fixture.engine.imageInspect('busybox');
    const built = await fixture.engine.imageInspect(image(await solve(dockerfile, { a: 'a', b: 'bb' })));
    expect(built.Size).toBe(Size + 3);
  });

  test('the cache outlives a reload', async () => {
    await solve(dockerfile, { a: 'a', b: 'b' });
    const engine = await fixture.reopen();
    const context = { files: new Directory({ Dockerfile: dockerfile, a: 'a', b: 'b' }) };
    expect(steps(await drain(await engine.imageSolve({ context })))[2]).toContain('CACHED');
  });

  test('a stage that is to be done anew, by its name', async () => {
    await solve(dockerfile, { a: 'a', b: 'b' });
    const again = steps(await solve(dockerfile, { a: 'a', b: 'b' }, { noCacheFilter: ['base'] }));
    expect(again[1]).toBe('[base 2/2] WORKDIR /w');
  });

  test('pruning forgets what was done', async () => {
    await solve(dockerfile, { a: 'a', b: 'b' }, { tags: ['t'] });
    const { BuildCache } = await fixture.engine.diskUsage(['build-cache']);
    expect(BuildCache?.map(({ Description, Type, Shared }) => [Description, Type, Shared])).toEqual([
      ['WORKDIR /w', 'regular', true],
      ['COPY a b /d/', 'regular', true],
      ['local source for context', 'source.local', false],
    ]);
    expect((await fixture.engine.buildPrune()).CachesDeleted).toEqual([BuildCache?.at(-1)?.ID]);
    expect((await fixture.engine.buildPrune({ all: true })).CachesDeleted).toHaveLength(2);
    expect(steps(await solve(dockerfile, { a: 'a', b: 'b' }))[2]).not.toContain('CACHED');
    expect(await paths('t')).toContain('d/b 644 0:0');
  });
});

const imports = (ref: string) => ({ cacheImports: [{ type: 'registry', ref }] });

describe('a cache that comes from elsewhere', () => {
  const dockerfile = 'FROM busybox\nWORKDIR /w\nCOPY a b /d/\nCMD ["x"]';
  const files = { a: 'a', b: 'b' };

  test.each([{ inlineCache: true }, { buildArgs: { BUILDKIT_INLINE_CACHE: '1' } }])(
    'an image that was built with %j takes its steps along',
    async (wish) => {
      const first = image(await solve(dockerfile, files, { ...wish, tags: ['cached'] }));
      expect((await fixture.engine.buildPrune({ all: true })).CachesDeleted).toHaveLength(3);
      const statuses = await solve(dockerfile, files, { ...wish, ...imports('cached') });
      expect(steps(statuses)).toEqual([
        'importing cache manifest from cached',
        'FROM docker.io/library/busybox:latest'.replace(/^/, '[1/3] '),
        '[2/3] WORKDIR /w CACHED',
        '[3/3] COPY a b /d/ CACHED',
        'exporting to image',
      ]);
      expect(image(statuses)).toBe(first);
      expect(steps(await solve(dockerfile, files))[1]).toContain('CACHED');
    },
  );

  test('an image that was built without has none, and other files are other steps', async () => {
    await solve(dockerfile, files, { tags: ['plain'] });
    await solve(dockerfile, files, { tags: ['cached'], inlineCache: true });
    await fixture.engine.buildPrune({ all: true });
    expect(steps(await solve(dockerfile, files, imports('plain')))[2]).not.toContain('CACHED');
    await fixture.engine.buildPrune({ all: true });
    const changed = steps(await solve(dockerfile, { ...files, a: 'new' }, imports('cached')));
    expect(changed.slice(2, 4)).toEqual(['[2/3] WORKDIR /w CACHED', '[3/3] COPY a b /d/']);
  });

  test.each([
    [
      { type: 'registry', ref: 'no/such' },
      'failed to configure registry cache importer: docker.io/no/such:latest: not found',
    ],
    [{ type: 'zzz' }, 'unknown cache importer: zzz'],
  ])('%j cannot be asked, and the build goes on', async (one, message) => {
    const statuses = await solve(dockerfile, files, { cacheImports: [one] });
    expect(image(statuses)).toMatch(/^sha256:/);
    const errors = statuses.flatMap(({ vertexes = [] }) => vertexes.flatMap(({ error }) => error ?? []));
    expect(errors).toEqual([message]);
  });
});

describe('images', () => {
  test('config and history as BuildKit writes them', async () => {
    const id = image(
      await solve(
        'FROM scratch\nARG V=1\nENV A=b\nCOPY --chown=1:2 --chmod=u=rw,go=r a /x/\nEXPOSE 80\nCMD ["x"]',
        { a: 'a' },
        { labels: { l: 'm' } },
      ),
    );
    const { Config } = await fixture.engine.imageInspect(id);
    expect(Config).toMatchObject({
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=b'],
      WorkingDir: '/',
      Cmd: ['x'],
      Labels: { l: 'm' },
    });
    const history = await fixture.engine.imageHistory(id);
    expect(history.map(({ CreatedBy, Comment }) => [CreatedBy, Comment])).toEqual(
      [
        'CMD ["x"]',
        'EXPOSE [80/tcp]',
        'COPY --chown=1:2 --chmod=u=rw,go=r a /x/ # buildkit',
        'ENV A=b',
        'ARG V=1',
      ].map((line) => [line, 'buildkit.dockerfile.v0']),
    );
    expect(await paths(id)).toEqual(['x/ 755 1:2', 'x/a 644 1:2']);
  });

  test('SOURCE_DATE_EPOCH dates the image and its history', async () => {
    const build = async (epoch: string) =>
      fixture.engine.imageInspect(
        image(await solve('FROM busybox\nCOPY a /', { a: 'a' }, { buildArgs: { SOURCE_DATE_EPOCH: epoch } })),
      );
    const { Id, Created } = await build('1000000000');
    expect(Created).toBe('2001-09-09T01:46:40Z');
    const moments = (await fixture.engine.imageHistory(Id)).map(({ Created: moment }) => moment);
    expect(new Set(moments)).toEqual(new Set([1_000_000_000]));
    expect(failure(await solve('FROM scratch', {}, { buildArgs: { SOURCE_DATE_EPOCH: 'x' } }))).toContain(
      'invalid SOURCE_DATE_EPOCH: x',
    );
  });

  test('files go where BuildKit puts them', async () => {
    const files = { 'd/a': 'a', 'd/e/b.x': 'b' };
    const copies = [
      'COPY d /x',
      'COPY --parents d/./e/*.x /p/',
      'COPY --exclude=*/*.x d /q/',
      'COPY nothing* /n/',
    ];
    expect(
      await paths(
        image(await solve(`# syntax=docker/dockerfile:1\nFROM scratch\n${copies.join('\n')}`, files)),
      ),
    ).toEqual([
      'x/ 755 0:0',
      'x/a 644 0:0',
      'x/e/ 755 0:0',
      'x/e/b.x 644 0:0',
      'p/ 755 0:0',
      'p/e/ 755 0:0',
      'p/e/b.x 644 0:0',
      'q/ 755 0:0',
      'q/a 644 0:0',
      'q/e/ 755 0:0',
    ]);
  });

  test('ONBUILD is done where the image is the base, with the files of that build', async () => {
    await solve('FROM scratch\nONBUILD COPY a /on', { a: 'a' }, { tags: ['base'] });
    const id = image(await solve('FROM base', { a: 'other' }, { tags: ['child'] }));
    expect(await paths(id)).toEqual(['on 644 0:0']);
    expect((await fixture.engine.imageInspect(id)).Config.OnBuild).toBeNull();
  });

  test('named contexts: a directory, and an image in place of another', async () => {
    const contexts = { extra: { files: new Directory({ f: 'f' }) }, base: { image: 'busybox' } };
    const text = 'FROM base AS b\nFROM scratch\nCOPY --from=extra f /f';
    expect(await paths(image(await solve(text, {}, { contexts })))).toEqual(['f 644 0:0']);
  });
});

test('what is missing is told of before anything is done, the last step first', async () => {
  const statuses = await solve('FROM scratch\nCOPY no /\nCOPY a /\nCOPY none /', { a: 'a' });
  expect(failure(statuses)).toMatch(/^failed to compute cache key: .*: "\/none": not found$/);
  expect(last(statuses).failure?.source?.range).toEqual({ first: 4, last: 4 });
  const failed = statuses.flatMap(({ vertexes = [] }) =>
    vertexes.filter(({ error }) => error !== undefined).map(({ name }) => name),
  );
  expect(failed).toEqual(['[3/3] COPY none /', '[1/3] COPY no /']);
});

test('a named context is asked without what its own .dockerignore leaves out', async () => {
  const extra = new Directory({ f: 'f', '.dockerignore': '*.log' }, '/extra');
  const options = { contexts: { extra: { files: extra } } };
  const statuses = await solve('FROM scratch\nCOPY --from=extra f /', { '.dockerignore': 'f' }, options);
  expect(await paths(image(statuses))).toEqual(['f 644 0:0']);
  expect(extra.excludes).toEqual(['*.log']);
  const names = statuses.flatMap(({ vertexes = [] }) => vertexes.map(({ name }) => name));
  expect(names).toContain('[context extra] load .dockerignore');
});

describe('contexts', () => {
  test('only what has changed is read', async () => {
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a', b: 'b' });
    await built(directory);
    directory.files['b'] = 'new';
    directory.read_.length = 0;
    const id = await built(directory);
    expect(directory.read_).toEqual(['b']);
    expect(await paths(id)).toEqual(['Dockerfile 644 0:0', 'a 644 0:0', 'b 644 0:0']);
  });

  test('what is known of one outlives a reload', async () => {
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a', b: 'b', empty: '' });
    await built(directory);
    await fixture.engine.sweep(0);
    const engine = await fixture.reopen();
    // Files of another machine have other numbers.
    directory.identity = '2';
    directory.files['b'] = 'new';
    directory.read_.length = 0;
    const id = await built(directory, engine);
    expect(directory.read_).toEqual(['b']);
    expect(await paths(id, engine)).toEqual([
      'Dockerfile 644 0:0',
      'a 644 0:0',
      'b 644 0:0',
      'empty 644 0:0',
    ]);
  });

  test('another file in the place of one that looks the same is read', async () => {
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a' });
    await built(directory);
    directory.identity = '2';
    directory.read_.length = 0;
    await built(directory);
    expect(directory.read_).toEqual(['Dockerfile', 'a']);
  });

  test('what another tab has given up is read again', async () => {
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a' });
    await built(directory);
    const other = await fixture.reopen();
    await other.buildPrune();
    directory.read_.length = 0;
    await built(directory);
    expect(directory.read_).toEqual(['Dockerfile', 'a']);
  });

  test('those that were built longest ago are forgotten', async () => {
    const Dockerfile = 'FROM scratch\nCOPY a* /';
    await built(new Directory({ Dockerfile }));
    await fixture.engine.buildPrune({ all: true });
    const before = (await fixture.content.list()).length;
    for (let at = 0; at < 12; at += 1) await built(new Directory({ Dockerfile, b: `${at}` }, `/${at}`));
    const { BuildCache } = await fixture.engine.diskUsage(['build-cache']);
    expect(BuildCache?.filter(({ Type }) => Type === 'source.local')).toHaveLength(8);
    await fixture.engine.buildPrune({ all: true });
    expect((await fixture.content.list()).length).toBe(before);
    expect((await fixture.engine.diskUsage(['build-cache'])).BuildCache).toEqual([]);
  });

  test('one that is being read is not pruned', async () => {
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY a /\nCOPY b /', a: 'a', b: 'b' });
    await built(directory);
    const pruned: unknown[] = [];
    for await (const { vertexes = [] } of await fixture.engine.imageSolve({
      context: { files: directory },
      noCache: true,
    }))
      if (vertexes.some(({ name, started, completed }) => name.includes('COPY a') && started && !completed))
        pruned.push((await fixture.engine.buildPrune({ filters: { type: ['source.local'] } })).CachesDeleted);
    expect(pruned).toEqual([null]);
    expect(
      (await fixture.engine.buildPrune({ filters: { type: ['source.local'] } })).CachesDeleted,
    ).toHaveLength(1);
  });

  test('a file that goes or shrinks while it is read fails the build, and leaves nothing', async () => {
    const before = await fixture.content.list();
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a', b: 'b' });
    directory.read = async function* ([file]: readonly BuildFile[]) {
      if (file !== undefined) yield { file, content: one(new Uint8Array(file.size)) };
      throw new Error('open b: no such file or directory');
    };
    const statuses = await drain(await fixture.engine.imageSolve({ context: { files: directory } }));
    expect(failure(statuses)).toContain('open b: no such file or directory');
    expect(await fixture.content.list()).toEqual(before);
  });

  test('a build that is given up while its files come ends, and leaves nothing', async () => {
    const before = await fixture.content.list();
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a' });
    directory.read = async function* (files: readonly BuildFile[]) {
      for (const file of files) yield { file, content: endless() };
    };
    const statuses = await fixture.engine.imageSolve({ context: { files: directory } });
    for await (const { statuses: all = [] } of statuses)
      if (all.some(({ id, current }) => id.startsWith('transferring context') && current > 100)) break;
    expect(await fixture.content.list()).toEqual(before);
  });

  test.each([
    ['a tar', { tar: never() }],
    ['a directory that is listed', { files: Object.assign(new Directory({}), { list: never }) }],
    ['files that are read', { files: Object.assign(new Directory({ a: 'a' }), { read: never }) }],
    [
      'one of them',
      {
        files: Object.assign(new Directory({ a: 'a' }), {
          read: async function* ([file]: readonly BuildFile[]) {
            yield await Promise.resolve({ file, content: never() });
          },
        }),
      },
    ],
  ])('a build is given up while nothing comes of %s', async (_, context) => {
    const before = await fixture.content.list();
    const dockerfileText = 'FROM scratch\nCOPY . /';
    const statuses = (await fixture.engine.imageSolve({ context, dockerfileText }))[Symbol.asyncIterator]();
    await statuses.next();
    await settle();
    await statuses.return?.();
    expect(await fixture.content.list()).toEqual(before);
    expect((await fixture.engine.diskUsage(['build-cache'])).BuildCache).toEqual([]);
  });

  test('a build that is given up while it is exported has made an image that is whole, or none', async () => {
    const text = 'FROM busybox\nCOPY a /x\nLABEL n=';
    const outcomes = new Set<boolean>();
    for (const [at, phase] of [
      'COPY a',
      'exporting to image',
      'exporting layers',
      'writing image',
      'naming to',
    ].entries()) {
      const tag = `given-up-${at}`;
      const context = { files: new Directory({ Dockerfile: `${text}${at}`, a: `${at}` }) };
      for await (const status of await fixture.engine.imageSolve({ context, tags: [tag] }))
        if (JSON.stringify(status).includes(phase)) break;
      const there = await fixture.engine.imageInspect(tag).catch(() => undefined);
      outcomes.add(there !== undefined);
      if (there !== undefined) expect(await paths(tag)).toContain('x 644 0:0');
      const images = (await fixture.engine.imageList()).filter(({ RepoTags }) => !RepoTags?.length);
      expect(images).toEqual([]);
    }
    expect(outcomes.has(false)).toBe(true);
  });

  test('a tar that says that it has 2 GB is refused by its header', async () => {
    const about = { type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: 0 };
    const header = tarHeader({ ...about, path: new TextEncoder().encode('huge'), size: 2 ** 31 });
    const endlessTar = async function* () {
      yield header;
      for (;;) yield await Promise.resolve(new Uint8Array(512));
    };
    const build = fixture.engine.imageSolve({
      context: { tar: endlessTar() },
      dockerfileText: 'FROM scratch',
    });
    expect(failure(await drain(await build))).toBe('the build context is larger than 1073741824 bytes');
  });

  test('a hundred thousand files', { timeout: 120_000 }, async () => {
    const files = Array.from({ length: 100_000 }, (_, at) => [
      `d${at % 100}/f${at}`,
      at % 10 === 0 ? `${at}` : '',
    ]);
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /', ...Object.fromEntries(files) });
    const id = await built(directory);
    expect(directory.read_).toHaveLength(10_001);
    const bytes = Object.values(directory.files).reduce((sum, text) => sum + text.length, 0);
    expect((await fixture.engine.imageInspect(id)).Size).toBe(bytes);
  });

  test('one of 2 GB is refused before any of it is read', async () => {
    const directory = new Directory({ Dockerfile: 'FROM scratch\nCOPY . /' });
    directory.list = hugeFile;
    const statuses = await drain(await fixture.engine.imageSolve({ context: { files: directory } }));
    expect(failure(statuses)).toBe('the build context is larger than 1073741824 bytes');
    expect(directory.read_).toEqual([]);
  });

  test('a tar', async () => {
    const tar = await packTar(
      Object.entries({ Dockerfile: 'FROM scratch\nCOPY . /', a: 'a', '.dockerignore': '*\n!a' }).map(
        ([name, body]) => ({
          header: { name, size: body.length, mode: 0o600 },
          body,
        }),
      ),
    );
    expect(
      await paths(image(await drain(await fixture.engine.imageSolve({ context: { tar: one(tar) } })))),
    ).toEqual(['a 600 0:0']);
  });
});

describe('what is wrong is said, with the lines', () => {
  test.each([
    ['', 'the Dockerfile cannot be empty', undefined],
    [
      'FROM busybox\nFOO bar',
      'dockerfile parse error on line 2: unknown instruction: FOO (did you mean FROM?)',
      2,
    ],
    ['RUN true', 'no build stage in current context', 1],
    ['FROM $x', 'base name ($x) should not be blank', 1],
    ['FROM busybox\nENV a=${x:?msg}', 'failed to process "${x:?msg}": x: msg', 2],
    ['FROM busybox\nCOPY --from=0 a /x', 'circular dependency detected on stage: stage-0', 2],
    [
      'FROM scratch AS x\nCOPY --from=y a /\nFROM x AS y\nCOPY a /',
      'circular dependency detected on stage: y',
      2,
    ],
    ['FROM busybox\nCOPY --from=3 a /x', 'invalid stage index 3', undefined],
    [
      'FROM busybox\nCOPY --chmod=999 a /x',
      "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777",
      2,
    ],
    ['FROM busybox\nCOPY http://a/b /x', "source can't be a URL for COPY", 2],
    ['FROM busybox\nRUN --mount=type=foo,target=/x true', 'unsupported mount type "foo"', 2],
    ['FROM busybox\nRUN --mount=type=secret,id=x,required=true true', 'secret x: not found', 2],
    ['FROM busybox\nRUN --mount=type=ssh,required=true true', 'unset ssh forward key default', 2],
    ['FROM busybox\nRUN --mount=type=cache,target=/ true', 'invalid mount target "/"', 2],
    ['FROM busybox\nRUN --network=host true', 'failed to load LLB: network.host is not allowed', 2],
    [
      'FROM busybox\nONBUILD ONBUILD RUN x',
      "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
      2,
    ],
    ['FROM busybox\nADD --checksum=sha256:00 a /x', 'checksum requires HTTP(S) or Git sources', 2],
    ['FROM busybox\nRUN <<EOF\nx', 'unterminated heredoc', 2],
  ])('%j', async (text, message, line) => {
    const { failure: failed } = last(await solve(text, { a: 'a' }));
    expect(failed?.message).toBe(message);
    expect(failed?.source?.range.first).toBe(line);
  });

  test('a source that is not there', async () => {
    const failed = failure(await solve('FROM scratch\nCOPY nosuch /x'));
    expect(failed).toMatch(
      /^failed to compute cache key: failed to calculate checksum of ref [^ ]+: "\/nosuch": not found$/,
    );
  });

  test('a path that leads out of the context stays in it', async () => {
    expect(await paths(image(await solve('FROM scratch\nCOPY ../../a /', { a: 'a' })))).toEqual([
      'a 644 0:0',
    ]);
  });

  test('an image that is not there', async () => {
    expect(failure(await solve('FROM nosuch'))).toBe(
      'nosuch: failed to resolve source metadata for docker.io/library/nosuch:latest: docker.io/library/nosuch:latest: not found',
    );
  });
});
