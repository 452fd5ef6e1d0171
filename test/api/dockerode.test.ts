/** dockerode, a client library of Node's, against the headless engine. */
import { PassThrough } from 'node:stream';
import Dockerode from 'dockerode';
import { packTar } from 'modern-tar';
import { beforeAll, expect, test } from 'vitest';
import { engineForFile } from './engine.ts';

const engine = engineForFile();
let docker: Dockerode;

beforeAll(async () => {
  docker = new Dockerode({ socketPath: engine().socketPath });
  await pull('busybox:latest');
});

async function pull(image: string): Promise<void> {
  const stream = await docker.pull(image);
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output)));
  });
}

/** Both streams of a container, apart. */
function split(stream: NodeJS.ReadableStream): { stdout: PassThrough; stderr: PassThrough } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, stdout, stderr);
  stream.on('end', () => {
    stdout.end();
    stderr.end();
  });
  return { stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk.toString();
  return all;
}

test('pings, and asks for version and images', async () => {
  expect(String(await docker.ping())).toBe('OK');
  expect(await docker.version()).toMatchObject({ ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux' });
  expect((await docker.listImages()).map(({ RepoTags }) => RepoTags)).toEqual([['busybox:latest']]);
});

test('runs a container on a stream of its own', async () => {
  const output = new PassThrough();
  const text = textOf(output);
  const [{ StatusCode }, container] = (await docker.run(
    'busybox',
    ['sh', '-c', 'echo hello; exit 2'],
    output,
  )) as [{ StatusCode: number }, Dockerode.Container];
  expect(StatusCode).toBe(2);
  expect(await text).toContain('hello');
  await container.remove();
});

test('attaches with input and output over one hijacked connection', async () => {
  const container = await docker.createContainer({
    Image: 'busybox',
    Cmd: ['sh', '-c', 'cat; echo error >&2'],
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
  });
  const stream = await container.attach({
    stream: true,
    hijack: true,
    stdin: true,
    stdout: true,
    stderr: true,
  });
  const { stdout, stderr } = split(stream);
  await container.start();
  stream.end('typed');
  expect(await Promise.all([textOf(stdout), textOf(stderr)])).toEqual(['typed', 'error\n']);
  expect(await container.wait()).toEqual({ StatusCode: 0 });
  await container.remove();
});

test('executes, with input over a hijacked connection', async () => {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'] });
  await container.start();
  const exec = await container.exec({
    Cmd: ['sh', '-c', 'cat; exit 7'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const { stdout } = split(stream);
  stream.end('through exec');
  expect(await textOf(stdout)).toBe('through exec');
  expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 7 });
  await container.remove({ force: true });
});

test('puts an archive into a container and gets one out of it', async () => {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['cat', '/etc/greeting'] });
  const tar = await packTar([{ header: { name: 'greeting', size: 13 }, body: 'good morning\n' }]);
  await container.putArchive(Buffer.from(tar), { path: '/etc' });
  const archive = await textOf(await container.getArchive({ path: '/etc/greeting' }));
  expect(archive).toContain('good morning\n');
  await container.remove();
});

test('follows logs and events, and is not waited for when it stops', async () => {
  const events = await docker.getEvents({ filters: { type: ['container'] } });
  const seen: string[] = [];
  events.on('data', (line: Buffer) => seen.push((JSON.parse(line.toString()) as { Action: string }).Action));
  const container = await docker.createContainer({
    Image: 'busybox',
    Cmd: ['sh', '-c', 'echo one; sleep 1000'],
  });
  await container.start();
  const logs = await container.logs({ follow: true, stdout: true });
  const { stdout } = split(logs);
  for await (const chunk of stdout) {
    expect(chunk.toString()).toBe('one\n');
    break;
  }
  (logs as unknown as { destroy(): void }).destroy();
  await container.remove({ force: true });
  await expect
    .poll(() => seen)
    .toEqual(expect.arrayContaining(['create', 'start', 'kill', 'die', 'destroy']));
  (events as unknown as { destroy(): void }).destroy();
});

test('is told of errors by status and message', async () => {
  await expect(docker.getContainer('nope').inspect()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'No such container: nope' },
  });
  await expect(docker.listServices()).rejects.toMatchObject({ statusCode: 503 });
});

async function context(files: Record<string, string>): Promise<PassThrough> {
  const tar = await packTar(
    Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length, mode: 0o644 }, body })),
  );
  const stream = new PassThrough();
  stream.end(Buffer.from(tar));
  return stream;
}

test('builds, and follows the progress', async () => {
  const files = { Dockerfile: 'FROM busybox\nARG V\nCOPY a /a\nRUN echo $V >> /a\n', a: 'one\n' };
  const stream = await docker.buildImage(await context(files), { t: 'rode', buildargs: { V: 'two' } });
  const messages = await new Promise<{ stream?: string; aux?: { ID: string } }[]>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output)));
  });
  expect(messages.map(({ stream: text = '' }) => text).join('')).toContain(
    'Successfully tagged rode:latest\n',
  );
  const { Id } = await docker.getImage('rode').inspect();
  expect(messages.findLast(({ aux }) => aux)?.aux?.ID).toBe(Id);
  expect(await engine().bottleship.engine.imageHistory('rode')).toMatchObject([
    { CreatedBy: '|1 V=two /bin/sh -c echo $V >> /a' },
    {},
    {},
    {},
    {},
  ]);
});

test('builds with BuildKit in a session, and reads its trace', async () => {
  const files = { Dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/c echo one; echo two >&2\n' };
  const stream = await docker.buildImage(await context(files), { t: 'kit', version: '2' });
  const messages = await new Promise<{ stream?: string }[]>((resolve, reject) => {
    (docker as unknown as Pick<typeof docker.modem, 'followProgress'>).followProgress(
      stream,
      (error, output) => (error ? reject(error) : resolve(output as { stream?: string }[])),
    );
  });
  const text = messages.map(({ stream: line = '' }) => line).join('');
  expect(text).toContain('1/2] FROM docker.io/library/busybox:latest');
  expect(text).toContain('exporting to image');
  const { Id } = await docker.getImage('kit').inspect();
  expect(text).toContain(Id);
});
