/** `docker build` beyond images: questions about a Dockerfile, files for the client, pushes, metadata. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { readTar } from '../../worker/oci/tar/reader.ts';
import { runCommand } from '../../worker/cli/command.ts';
import type { ProgressMessage } from '../../worker/protocol/engine-api.ts';
import type { Fixture } from '../../worker/engine/fixture.suite.ts';
import { makeFixture } from '../../worker/engine/fixture.suite.ts';
import { FakeSession } from './fake-session.ts';

interface Recorded {
  readonly dockerfiles: Readonly<Record<string, string>>;
  readonly cases: readonly { dockerfile: string; call: string; out: string; err: string; code: number }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('./recorded/build-calls.json', import.meta.url), 'utf8'),
) as Recorded;

let fixture: Fixture;

beforeAll(async () => {
  fixture = await makeFixture();
});

const dockerfile = 'FROM scratch\nCOPY <<EOF /d/f\nhello\nEOF\n';

/** Builds where the Dockerfile is; the engine is real, as far as nothing runs. */
async function build(text: string, args: readonly string[], prepare?: (session: FakeSession) => void) {
  const session = new FakeSession(['build', ...args, '.']);
  session.fileTexts['/root/Dockerfile'] = text;
  prepare?.(session);
  session.keys.end();
  const code = await runCommand(fixture.engine, session);
  return { code, out: session.printed, err: session.complained, session };
}

test.each(recorded.cases)('$dockerfile: --call=$call', async ({ dockerfile: name, call, out, err, code }) => {
  const text = recorded.dockerfiles[name] ?? '';
  const done = await build(text, ['--progress=quiet', `--call=${call}`]);
  expect({ out: done.out, err: done.err, code: done.code }).toEqual({ out, err, code });
});

test.each([
  [['--call=outline,foo=x'], 'ERROR: invalid print field: foo=x'],
  [['--call=a,b'], 'ERROR: invalid print value: a,b'],
  [['-o', 'type=local'], 'ERROR: failed to build: dest is required for local exporter'],
  [['-o', 'type=local,dest=-'], 'ERROR: failed to build: dest cannot be stdout for local exporter'],
  [['-o', 'type=tar,name'], 'ERROR: invalid value name'],
  [['-o', 'a=b,c=d'], 'ERROR: type is required for output'],
  [['-o', 'type=foo'], 'ERROR: failed to build: failed to solve: exporter "foo" could not be found'],
  [['-o', '/root/Dockerfile'], 'ERROR: failed to build: destination directory /root/Dockerfile is a file'],
  [
    ['-o', 'type=oci,dest=x'],
    /^ERROR: failed to build: OCI exporter is not supported for the docker driver\.\n/,
  ],
  [
    ['-o', 'type=docker,dest=x'],
    /^ERROR: failed to build: Docker exporter is not supported for the docker driver\.\n/,
  ],
  [['--push'], 'ERROR: failed to build: tag is needed when pushing to registry'],
  [['-o', 'x', '--iidfile', 'i'], 'ERROR: local and tar exporters are incompatible with image ID file'],
  [
    ['--annotation', 'foo'],
    'ERROR: failed to build: parse annotations: invalid annotation "foo", expected key=value',
  ],
  [
    ['--ssh', 'default'],
    'ERROR: failed to build: failed to convert agent config {default [] false}: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set',
  ],
  [
    ['--ssh', 'x=/nowhere'],
    'ERROR: failed to build: failed to convert agent config {x [/nowhere] false}: failed to convert agent config for ID: "x": stat /nowhere: no such file or directory',
  ],
])('%s is refused in buildx’s words', async (args, words) => {
  const { code, err } = await build(dockerfile, args);
  expect(code).toBe(1);
  if (typeof words === 'string') expect(err).toBe(`${words}\n`);
  else expect(err).toMatch(words);
});

const images = async () => (await fixture.engine.imageList()).length;

test('files go to a tarball, to standard output or into a directory, and no image is made', async () => {
  const before = await images();
  const tarball = await build(dockerfile, ['--progress=plain', '-o', 'type=tar,dest=/root/o.tar']);
  expect(tarball.err).toMatch(/exporting to client tarball\n#\d+ sending tarball (?:\d\.\ds )?done\n/);
  expect(await entries(tarball.session.fileTexts['/root/o.tar'])).toEqual(['d/', 'd/f hello\n']);
  const stdout = await build(dockerfile, ['-q', '-o', '-']);
  expect(await entries(stdout.out)).toEqual(['d/', 'd/f hello\n']);
  expect(await images()).toBe(before);
  const both = await build(dockerfile, [
    '-q',
    '-o',
    'type=tar,dest=b.tar',
    '-t',
    'both',
    '--load',
    '--metadata-file',
    'm',
  ]);
  expect(await images()).toBe(before + 1);
  const metadata = JSON.parse(String(both.session.fileTexts['/root/m']));
  expect(metadata).toMatchObject({
    'buildx.build.provenance': { invocation: { configSource: { entryPoint: 'Dockerfile' } } },
    'buildx.build.ref': expect.stringMatching(/^default\/default\/[0-9a-z]{25}$/),
    'containerimage.config.digest': both.out.trim(),
    'containerimage.digest': both.out.trim(),
    'image.name': 'docker.io/library/both',
  });
});

async function entries(tar: string | Uint8Array | undefined): Promise<string[]> {
  const bytes = typeof tar === 'string' ? new TextEncoder().encode(tar) : (tar ?? new Uint8Array());
  const found: string[] = [];
  for await (const event of readTar(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()))
    if ('entry' in event) found.push(new TextDecoder().decode(event.entry.path));
    else found.push(`${found.pop() ?? ''} ${new TextDecoder().decode(event.bytes)}`);
  return found;
}

test('what was built is pushed by each of its names, and a failure is the build’s', async () => {
  const { engine } = fixture;
  const pushed: string[] = [];
  const answers: ProgressMessage[][] = [
    [{ id: 'a84834b1493e', status: 'Pushed' }, { aux: { Tag: '1', Digest: 'sha256:abc', Size: 1 } }],
    [{ error: 'denied' }],
  ];
  const real = engine.imagePush.bind(engine);
  engine.imagePush = async (name, options) => {
    pushed.push(`${name}:${options?.tag}`);
    const messages = answers[pushed.length - 1] ?? [];
    return new ReadableStream<ProgressMessage>({
      start(controller) {
        for (const message of messages) controller.enqueue(message);
        controller.close();
      },
    });
  };
  try {
    const tags = ['-t', 'r.example/a:1', '-t', 'r.example/a:2'];
    const { code, err, session } = await build(dockerfile, [
      '--progress=plain',
      '--push',
      ...tags,
      '--metadata-file',
      'm',
    ]);
    expect(pushed).toEqual(['r.example/a:1', 'r.example/a:2']);
    expect(err).toMatch(
      /pushing r\.example\/a:1 with docker\n#\d+ pushing layer a84834b1493e (?:\d\.\ds )?done\n/,
    );
    expect(err).toMatch(
      /ERROR: denied\n-+\n > pushing r\.example\/a:2 with docker:\n-+\nERROR: failed to build: denied\n$/,
    );
    expect([code, session.fileTexts['/root/m']]).toEqual([1, undefined]);
  } finally {
    engine.imagePush = real;
  }
});
