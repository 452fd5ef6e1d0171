import { packTar } from 'modern-tar';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ImageBuildOptions, ProgressMessage } from '../../protocol/engine-api.ts';
import { drain, failure, type Fixture, makeFixture } from '../fixture.suite.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await makeFixture();
});

type Files = Record<string, string>;

async function* context(files: Files): AsyncGenerator<Uint8Array> {
  yield await packTar(
    Object.entries(files).map(([name, body]) => ({
      header: { name, size: body.length, mode: 0o644, uid: 7, gid: 7, mtime: new Date(1e12) },
      body,
    })),
  );
}

async function build(dockerfile: string, files: Files = {}, options: ImageBuildOptions = {}) {
  const messages = await fixture.engine.imageBuild(context({ Dockerfile: dockerfile, ...files }), options);
  return drain(messages);
}

const text = (messages: readonly ProgressMessage[]) => messages.map(({ stream = '' }) => stream).join('');
const idOf = (messages: readonly ProgressMessage[]) =>
  messages.flatMap(({ aux }) => (aux as { ID?: string })?.ID ?? []).at(-1) ?? '';
const hits = (messages: readonly ProgressMessage[]) => text(messages).split(' ---> Using cache\n').length - 1;
const masked = (output: string) => output.replaceAll(/[0-9a-f]{12}/g, 'ID');

/** Paths of the topmost layer, with modes and owners. */
async function topLayer(image: string): Promise<string[]> {
  const { RootFS } = await fixture.engine.imageInspect(image);
  const digest = RootFS.Layers.at(-1) ?? '';
  const { readTar } = await import('../../oci/tar/reader.ts');
  const reader = await fixture.content.reader(digest as Parameters<typeof fixture.content.reader>[0]);
  const bytes = await reader.read(0, reader.size);
  const found: string[] = [];
  for await (const event of readTar(
    (async function* () {
      yield await Promise.resolve(bytes);
    })(),
  ))
    if ('entry' in event) {
      const { path, mode, uid, gid } = event.entry;
      found.push(`${new TextDecoder().decode(path)} ${mode.toString(8)} ${uid}:${gid}`);
    }
  return found;
}

test('files whose names lead out of the context count with what they hold', async () => {
  const dockerfile = 'FROM scratch\nCOPY foo bar /\n';
  await build(dockerfile, { '../foo': 'a', '/bar': 'b' });
  expect(hits(await build(dockerfile, { '../foo': 'a', '/bar': 'b' }))).toBe(1);
  expect(hits(await build(dockerfile, { '../foo': 'c', '/bar': 'b' }))).toBe(0);
  expect(hits(await build(dockerfile, { '../foo': 'c', '/bar': 'd' }))).toBe(0);
});

test('a platform that is none is refused at once', async () => {
  expect(await failure(build('FROM busybox', {}, { platform: 'foobar' }))).toMatchObject({
    message: '"foobar": unknown operating system or architecture: invalid argument',
    status: 400,
  });
});

test('images that steps have committed are told of', async () => {
  const filters = { type: ['image'], event: ['create'] };
  const seen = await fixture.engine.events({ filters });
  const messages = await build('FROM busybox\nENV A=b\nCOPY x /\nCMD ["a"]\n', { x: 'x' });
  const told: string[] = [];
  for await (const { Actor } of seen) if (told.push(Actor.ID) === 2) break;
  expect(told[1]).toBe(idOf(messages));
  expect((await fixture.engine.imageInspect(told[0] ?? '')).Config.Env).toContain('A=b');
});

describe('what the builder says', () => {
  test('the classic lines, and the ID of each stage', async () => {
    const messages = await build(
      'FROM busybox\nENV A=b\nCOPY x /x\n',
      { x: 'x' },
      { tags: ['t', 't:1', 't'] },
    );
    expect(masked(text(messages))).toBe(
      'Step 1/3 : FROM busybox\n ---> ID\n' +
        'Step 2/3 : ENV A=b\n ---> Running in ID\n ---> Removed intermediate container ID\n ---> ID\n' +
        'Step 3/3 : COPY x /x\n ---> ID\n' +
        'Successfully built ID\nSuccessfully tagged t:latest\nSuccessfully tagged t:1\n',
    );
    expect(messages[0]).toEqual({ stream: 'Step 1/3 : FROM busybox' });
    expect(messages[1]).toEqual({ stream: '\n' });
    const image = await fixture.engine.imageInspect('t:1');
    expect(image.Id).toBe(idOf(messages));
    expect(image.Parent).toMatch(/^sha256:/);
  });

  test('a quiet build says its ID alone, and everything when it fails', async () => {
    const messages = await build('FROM busybox\nLABEL a=b', {}, { quiet: true });
    expect(messages).toEqual([{ stream: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/) as string }]);
    const failed = await build('FROM busybox\nCOPY nope /', {}, { quiet: true });
    expect(failed[0]).toEqual({ stream: 'Step 1/2 : FROM busybox' });
    expect(failed.at(-1)?.error).toContain('COPY failed');
  });

  test('arguments that nobody has asked for', async () => {
    const args = { used: 'a', left: 'b', HTTP_PROXY: 'c', unset: null };
    const messages = await build('FROM busybox\nARG used\n', {}, { buildArgs: args });
    expect(text(messages)).toContain('[Warning] One or more build-args [left unset] were not consumed\n');
  });
});

describe('what is refused before anything is done', () => {
  test.each<[string, ImageBuildOptions, number, string]>([
    [
      'FROM busybox\nFOO',
      {},
      400,
      'dockerfile parse error on line 2: unknown instruction: FOO (did you mean FROM?)',
    ],
    ['', {}, 400, 'the Dockerfile (Dockerfile) cannot be empty'],
    ['# nothing', {}, 400, 'failed to parse Dockerfile: file with no instructions'],
    ['FROM busybox', { dockerfile: 'other' }, 500, 'Cannot locate specified Dockerfile: other'],
    ['FROM busybox', { dockerfile: '../x' }, 500, 'forbidden path outside the build context: ../x ()'],
    ['FROM busybox', { target: 'no' }, 400, 'target stage "no" could not be found'],
    ['FROM busybox\nRUN --security=insecure x', {}, 400, 'line 2: unknown flag: --security'],
    ['FROM busybox\nCOPY --parents x /', {}, 400, 'line 2: unknown flag: --parents'],
    ['FROM busybox', { squash: true }, 400, 'squash is only supported with experimental mode'],
    ['FROM busybox', { tags: ['A B'] }, 400, 'invalid reference format'],
    ['FROM busybox', { remote: 'x' }, 500, 'remoteURL (x) could not be recognized as URL'],
  ])('%j %j', async (dockerfile, options, status, message) => {
    const failed = await failure(fixture.engine.imageBuild(context({ Dockerfile: dockerfile }), options));
    expect(failed.status).toBe(status);
    expect(failed.message).toContain(message);
  });
});

describe('steps that fail', () => {
  test.each([
    [
      'COPY nope /',
      'COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist',
    ],
    ['COPY ../x /', 'COPY failed: forbidden path outside the build context: ../x ()'],
    ['COPY n* /', 'COPY failed: no source files were specified'],
    [
      'COPY x Dockerfile /y',
      'When using COPY with more than one source file, the destination must be a directory and end with a /',
    ],
    ['COPY --from=1 x /', 'invalid from flag value 1: index out of bounds'],
    ['COPY --from=0 x /', 'invalid from flag value 0: refers to current build stage'],
    ['COPY http://a/b /', "COPY failed: source can't be a URL for COPY"],
    [
      'COPY --chown=nobody-here x /',
      "unable to convert uid/gid chown string to host mapping: can't find uid for user nobody-here",
    ],
    ['RUN --mount=type=tmpfs true', 'invalid mount target "/"'],
    ['RUN --mount=type=secret,id=x,required=true true', 'secret x: not found'],
    ['STOPSIGNAL x', 'invalid signal: x'],
    ['EXPOSE x', 'Invalid containerPort: x'],
    ['ENV a=${x', 'failed to process'],
  ])('%s', async (line, message) => {
    const messages = await build(`FROM busybox\n${line}`, { x: 'x' });
    expect(messages.at(-1)?.error).toContain(message);
    expect(messages.at(-1)?.errorDetail?.message).toContain(message);
  });
});

describe('images', () => {
  test('config and history are as the classic builder writes them', async () => {
    const id = idOf(
      await build(`FROM busybox
MAINTAINER me
ENV A=b C="d e"
EXPOSE 80 90/udp
LABEL x=y
USER u
WORKDIR /w
WORKDIR ork
VOLUME /v
HEALTHCHECK --interval=90s --retries=3 CMD true
SHELL ["/bin/ash", "-c"]
ENTRYPOINT e
CMD ["c", "$A"]
STOPSIGNAL SIGINT
ONBUILD RUN $A`),
    );
    const { Config, Author } = await fixture.engine.imageInspect(id);
    expect(Author).toBe('me');
    expect(Config).toMatchObject({
      Env: ['PATH=/bin', 'LANG=C', 'A=b', 'C=d e'],
      ExposedPorts: { '80/tcp': {}, '90/udp': {} },
      Labels: { maker: 'us', x: 'y' },
      User: 'u',
      WorkingDir: '/w/ork',
      Volumes: { '/v': {} },
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9, Retries: 3 },
      Shell: ['/bin/ash', '-c'],
      Entrypoint: ['/bin/ash', '-c', 'e'],
      Cmd: ['c', '$A'],
      StopSignal: 'SIGINT',
      OnBuild: ['RUN $A'],
    });
    const history = await fixture.engine.imageHistory(id);
    const lines = history.map(({ CreatedBy }) => CreatedBy.replace(/^\/bin\/a?sh -c #\(nop\) +/, ''));
    expect(lines.slice(0, 14)).toEqual([
      'ONBUILD RUN $A',
      'STOPSIGNAL SIGINT',
      'CMD ["c" "$A"]',
      'ENTRYPOINT ["/bin/ash" "-c" "e"]',
      'SHELL [/bin/ash -c]',
      'HEALTHCHECK &{[CMD-SHELL true] 1m30s 0s 0s 0s 3}',
      'VOLUME [/v]',
      'WORKDIR /w/ork',
      'WORKDIR /w',
      'USER u',
      'LABEL x=y',
      'EXPOSE 80 90/udp',
      'ENV A=b C=d e',
      'MAINTAINER me',
    ]);
  });

  test('files go where Docker puts them, root’s unless someone else is named', async () => {
    const files = { 'd/a': 'a', 'd/e/b': 'b', 'd2/c': 'c' };
    const first = idOf(
      await build('FROM scratch\nCOPY d /x/y/\nCOPY --chown=1:2 d/a /x/z\nCOPY d* /all/', files),
    );
    expect(await topLayer(first)).toEqual([
      'all/ 755 0:0',
      'all/a 644 0:0',
      'all/c 644 0:0',
      'all/e/ 755 0:0',
      'all/e/b 644 0:0',
    ]);
    const { Parent } = await fixture.engine.imageInspect(first);
    expect(await topLayer(Parent)).toEqual(['x/ 755 0:0', 'x/z 644 1:2']);
  });

  test('a stage’s files keep their owners; ADD unpacks', async () => {
    const tar = new TextDecoder('latin1').decode(
      await packTar([{ header: { name: 'in/f', size: 1, mode: 0o600, uid: 5, gid: 6 }, body: 'f' }]),
    );
    const text =
      'FROM scratch AS one\nCOPY --chown=3:4 a /a\nFROM scratch\nCOPY --from=one /a /b/\nADD t.tar /t';
    const id = idOf(await build(text, { a: 'a', 't.tar': tar }));
    expect(await topLayer(id)).toEqual(['t/ 755 0:0', 't/in/ 755 0:0', 't/in/f 600 5:6']);
    const { Parent } = await fixture.engine.imageInspect(id);
    expect(await topLayer(Parent)).toEqual(['b/ 755 0:0', 'b/a 644 3:4']);
  });

  test('ONBUILD is done where the image is the base, and not a second time', async () => {
    await build('FROM busybox\nONBUILD ENV A=b\nONBUILD COPY x /x', { x: 'x' }, { tags: ['base'] });
    const messages = await build('FROM base', { x: 'x' }, { tags: ['child'] });
    expect(text(messages)).toContain('# Executing 2 build triggers\n');
    const { Config } = await fixture.engine.imageInspect('child');
    expect(Config.Env).toContain('A=b');
    expect(Config.OnBuild).toBeNull();
  });

  test('a Dockerfile that .dockerignore names is not copied', async () => {
    const files = { '.dockerignore': 'Dockerfile\n.dockerignore', a: 'a' };
    const id = idOf(await build('FROM scratch\nCOPY . /', files));
    expect(await topLayer(id)).toEqual(['a 644 0:0']);
  });

  test('heredocs are files', async () => {
    const id = idOf(await build('FROM scratch\nENV A=b\nCOPY <<one <<"two" /d/\n$A\none\n$A\ntwo\n'));
    expect(await topLayer(id)).toEqual(['d/ 755 0:0', 'd/one 644 0:0', 'd/two 644 0:0']);
  });
});

describe('the cache', () => {
  const dockerfile = 'FROM busybox\nARG V=1\nENV A=$V\nCOPY x /x\nLABEL l=1';

  test('the same again is all there, and the same image', async () => {
    const first = await build(dockerfile, { x: 'x' });
    const second = await build(dockerfile, { x: 'x' });
    expect([hits(first), hits(second)]).toEqual([0, 4]);
    expect(idOf(second)).toBe(idOf(first));
  });

  test.each<[string, Files, ImageBuildOptions, number]>([
    ['another file', { x: 'y' }, {}, 2],
    ['a file that nothing copies', { x: 'x', y: 'y' }, {}, 4],
    ['another argument', { x: 'x' }, { buildArgs: { V: '2' } }, 1],
    ['no cache', { x: 'x' }, { noCache: true }, 0],
    ['a label more', { x: 'x' }, { labels: { m: '1' } }, 4],
  ])('%s: what comes after it is done again', async (_, files, options, expected) => {
    await build(dockerfile, { x: 'x' });
    expect(hits(await build(dockerfile, files, options))).toBe(expected);
  });

  test('it outlives a reload', async () => {
    const id = idOf(await build(dockerfile, { x: 'x' }));
    const engine = await fixture.reopen();
    const messages = await drain(await engine.imageBuild(context({ Dockerfile: dockerfile, x: 'x' })));
    expect([hits(messages), idOf(messages)]).toEqual([4, id]);
  });

  test('an image that is named is looked through, and nothing else', async () => {
    const id = idOf(await build(dockerfile, { x: 'x' }, { tags: ['named'] }));
    expect(hits(await build(dockerfile, { x: 'x' }, { cacheFrom: ['named'] }))).toBe(4);
    expect(hits(await build(dockerfile, { x: 'x' }, { cacheFrom: ['nosuch'] }))).toBe(0);
    expect((await fixture.engine.imageInspect('named')).Id).toBe(id);
  });
});

test('commit takes instructions', async () => {
  const { Id } = await fixture.engine.containerCreate({ Image: 'busybox' });
  const changes = ['ENV A=b', 'CMD ["x"]', 'WORKDIR /w', 'LABEL $A=c'];
  const image = (await fixture.engine.containerCommit(Id, { changes })).Id;
  const { Config } = await fixture.engine.imageInspect(image);
  expect(Config).toMatchObject({ Cmd: ['x'], WorkingDir: '/w', Labels: { b: 'c' } });
  expect(await failure(fixture.engine.containerCommit(Id, { changes: ['RUN x'] }))).toEqual({
    status: 400,
    message: 'RUN is not a valid change command',
  });
});
