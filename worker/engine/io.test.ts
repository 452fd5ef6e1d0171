import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AgentError } from '../protocol/agent-client.ts';
import type { Attached } from '../protocol/engine-api.ts';
import type { Fixture } from './fixture.suite.ts';
import { create, drain, failure, makeFixture, settle, textOf } from './fixture.suite.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture();
});

const attachOutput = { stream: true, stdout: true, stderr: true };
const megabyte = 1024 * 1024;

async function startAttached(config = {}) {
  const id = await create(fixture.engine, config);
  const attached = await fixture.engine.containerAttach(id, { ...attachOutput, stdin: true });
  await fixture.engine.containerStart(id);
  const { process } = fixture.agent.started();
  return { id, attached, process, stdout: fixture.agent.stream(process.stdio, 'stdout') };
}

test('50 MB arrive whole', async () => {
  const { agent } = fixture;
  const { attached, process, stdout } = await startAttached();
  const block = new Uint8Array(64 * 1024).map((_, i) => i);
  const writing = (async () => {
    for (let i = 0; i < 800; i += 1) await stdout.send(block);
    agent.exit(process, 0);
  })();
  let received = 0;
  for await (const { bytes } of attached.output) {
    if (Buffer.compare(bytes, block) !== 0) throw new Error(`wrong bytes at ${received}`);
    received += bytes.length;
  }
  await writing;
  expect(received).toBe(50 * megabyte);
});

test('a slow reader slows its container and no other', async () => {
  const slow = await startAttached();
  const quick = await startAttached();
  let sent = 0;
  const writing = (async () => {
    for (; sent < 64; sent += 1) await slow.stdout.send(new Uint8Array(64 * 1024));
  })();
  await settle();
  await settle();
  expect(sent).toBeLessThan(16);
  await quick.stdout.send('here\n');
  fixture.agent.exit(quick.process, 0);
  expect(await textOf(quick.attached)).toBe('here\n');
  // Whoever goes away gives the container free.
  await slow.attached.output[Symbol.asyncIterator]().return?.();
  await writing;
  expect(sent).toBe(64);
});

test('without readers nothing blocks, and everything is in the log', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine);
  await engine.containerStart(id);
  const stdout = agent.stream(agent.started().process.stdio, 'stdout');
  for (let i = 0; i < 400; i += 1) await stdout.send(new Uint8Array(64 * 1024).fill(10));
  agent.exit(agent.started().process, 0);
  await settle();
  const kept = await drain((await engine.containerLogs(id, { stdout: true })).output);
  const size = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(size).toBe(25 * megabyte);
});

test('several are attached, each to what it wants', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine);
  const all = await engine.containerAttach(id, attachOutput);
  const errors = await engine.containerAttach(id, { stream: true, stderr: true });
  await engine.containerStart(id);
  const { process } = agent.started();
  await agent.stream(process.stdio, 'stdout').send('out ');
  await settle();
  await agent.stream(process.stdio, 'stderr').send('err');
  agent.exit(process, 0);
  expect(await textOf(all)).toBe('out err');
  expect(await textOf(errors)).toBe('err');
});

test('attach with logs begins with what was written and misses nothing', async () => {
  const { engine, agent } = fixture;
  const { id, process, stdout } = await startAttached();
  await stdout.send('one\n');
  await settle();
  const late = await engine.containerAttach(id, { ...attachOutput, logs: true });
  await stdout.send('two\n');
  await settle();
  agent.exit(process, 0);
  expect(await textOf(late)).toBe('one\ntwo\n');
  expect(await textOf(await engine.containerAttach(id, { stream: false, stdout: true, logs: true }))).toBe(
    'one\ntwo\n',
  );
});

test('standard input waits for the start; its end is the container’s with StdinOnce', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine, { OpenStdin: true, StdinOnce: true });
  const { stdin } = await engine.containerAttach(id, { ...attachOutput, stdin: true });
  const written = [
    stdin?.write(new TextEncoder().encode('pi')),
    stdin?.write(new TextEncoder().encode('ped')),
  ];
  const closed = stdin?.close();
  await engine.containerStart(id);
  await Promise.all([...written, closed]);
  const stream = agent.stream(agent.started().process.stdio, 'stdin');
  expect(stream.text).toBe('piped');
  expect(stream.ended).toBe(true);
  agent.exit(agent.started().process, 0);
  await settle();
  expect(stream.wasReset).toBe(true);
});

test('without OpenStdin there is none', async () => {
  const { attached, process } = await startAttached();
  expect(attached.stdin).toBeUndefined();
  expect(process.stdio).not.toHaveProperty('stdin');
});

test('a terminal is one stream with a size; the end of the client’s input detaches it', async () => {
  const { engine, agent } = fixture;
  const config = { Tty: true, OpenStdin: true, StdinOnce: true, HostConfig: { ConsoleSize: [24, 120] } };
  const { id, attached, process, stdout } = await startAttached(config);
  expect(process.stdio).toEqual({ tty: stdout.id, size: { rows: 24, cols: 120 } });
  expect(process.env).toEqual(['PATH=/bin', `HOSTNAME=${id.slice(0, 12)}`, 'TERM=xterm', 'LANG=C']);
  await attached.stdin?.write(new TextEncoder().encode('ls\n'));
  expect(stdout.text).toBe('ls\n');
  await engine.containerResize(id, { h: 30, w: 100 });
  expect(agent.calls.at(-1)).toEqual(['resize', { stream: stdout.id, size: { rows: 30, cols: 100 } }]);
  await stdout.send('$ ');
  await settle();
  await attached.stdin?.close();
  expect(await textOf(attached)).toBe('$ ');
  expect(stdout.ended).toBe(false);
});

const encode = (text: string) => new TextEncoder().encode(text);

describe('detach keys', () => {
  const terminal = { Tty: true, OpenStdin: true };

  test('leave a container, which goes on', async () => {
    const { engine, agent } = fixture;
    const id = await create(engine, terminal);
    await engine.containerStart(id);
    const wanted = { ...attachOutput, stdin: true, detachKeys: 'ctrl-x,q' };
    const attached = await engine.containerAttach(id, wanted);
    const stream = agent.stream(agent.started().process.stdio, 'stdin');
    await attached.stdin?.write(encode('ls\x18'));
    await attached.stdin?.write(encode('qlost'));
    await attached.stdin?.write(encode('lost'));
    expect(await textOf(attached)).toBe('');
    expect(stream.text).toBe('ls');
    expect((await engine.containerInspect(id)).State.Running).toBe(true);
    const until = String(Date.now() / 1000);
    const [event] = await drain(await engine.events({ since: '0', until, filters: { event: ['detach'] } }));
    expect(event?.Actor.ID).toBe(id);
  });

  test('leave an exec, which goes on', async () => {
    const { engine } = fixture;
    const id = await create(engine);
    await engine.containerStart(id);
    const config = { Cmd: ['cat'], Tty: true, AttachStdin: true, AttachStdout: true };
    const { Id } = await engine.execCreate(id, { ...config, DetachKeys: 'a' });
    const attached = await engine.execStart(Id, { Tty: true });
    await attached.stdin?.write(encode('a'));
    expect(await textOf(attached)).toBe('');
    expect(await engine.execInspect(Id)).toMatchObject({ Running: true, DetachKeys: 'YQ==' });
  });

  test('are nothing special without a terminal', async () => {
    const { attached, process } = await startAttached({ OpenStdin: true });
    await attached.stdin?.write(Uint8Array.of(16, 17));
    expect(fixture.agent.stream(process.stdio, 'stdin').text).toBe('\x10\x11');
  });

  test('that are none are refused', async () => {
    const { engine } = fixture;
    const id = await create(engine);
    await engine.containerStart(id);
    const wanted = { ...attachOutput, detachKeys: 'no-key' };
    expect(await failure(engine.containerAttach(id, wanted))).toEqual({
      status: 400,
      message: 'Invalid detach keys (no-key) provided',
    });
    expect(await failure(engine.execCreate(id, { Cmd: ['ls'], DetachKeys: 'no-key' }))).toEqual({
      status: 500,
      message: 'Invalid escape keys (no-key) provided',
    });
  });
});

test('exec: a size that comes before the process waits for it', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine);
  await engine.containerStart(id);
  const { Id } = await engine.execCreate(id, { Cmd: ['sh'], Tty: true, AttachStdout: true });
  const sized = engine.execResize(Id, { h: 30, w: 100 });
  await engine.execStart(Id, { Tty: true });
  await sized;
  expect(agent.calls.at(-1)).toMatchObject(['resize', { size: { rows: 30, cols: 100 } }]);
  const { Id: none } = await engine.execCreate(id, { Cmd: ['nosuch'], Tty: true, AttachStdout: true });
  const refused = failure(engine.execResize(none, { h: 30, w: 100 }));
  agent.script.exec = () => Promise.reject(new AgentError({ code: 'ENOENT', step: 'lookup', message: '' }));
  await engine.execStart(none, { Tty: true });
  expect(await refused).toEqual({ status: 400, message: 'exec process is not started' });
});

test('exec: output, exit code, and what is inspected', async () => {
  const { engine, agent } = fixture;
  const id = await create(
    engine,
    { Env: ['FOO=bar'], User: 'daemon', HostConfig: { CapDrop: ['ALL'] } },
    'web',
  );
  await engine.containerStart(id);
  const { Id } = await engine.execCreate('web', {
    Cmd: ['sh', '-c', 'x'],
    AttachStdout: true,
    Env: ['A=1', 'FOO'],
    Privileged: true,
  });
  expect((await engine.containerInspect(id)).ExecIDs).toEqual([Id]);
  const attached = await engine.execStart(Id, {});
  expect(agent.execed()).toMatchObject({
    id,
    args: ['sh', '-c', 'x'],
    user: 'daemon',
    cwd: '/',
    env: ['PATH=/bin', `HOSTNAME=${id.slice(0, 12)}`, 'LANG=C', 'A=1'],
  });
  expect(agent.execed().capabilities).toHaveLength(41);
  expect(await engine.execInspect(Id)).toMatchObject({
    Running: true,
    ExitCode: null,
    Pid: 102,
    ContainerID: id,
  });
  expect((await failure(engine.execStart(Id, {}))).message).toBe(`exec command ${Id} is already running`);
  await agent.stream(agent.execed().stdio, 'stdout').send('bar\n');
  agent.exit(agent.execed(), 5);
  expect(await textOf(attached)).toBe('bar\n');
  expect(await engine.execInspect(Id)).toMatchObject({ Running: false, ExitCode: 5 });
  expect((await engine.containerInspect(id)).ExecIDs).toBeNull();
});

test('exec of nothing: the text is output, the code 127; detached it is an error', async () => {
  const { engine, agent } = fixture;
  agent.script.exec = () => Promise.reject(new AgentError({ code: 'ENOENT', step: 'lookup', message: '' }));
  const text =
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH';
  const id = await create(engine);
  await engine.containerStart(id);
  const attached = await engine.execCreate(id, { Cmd: ['nosuch'], AttachStdout: true });
  expect(await textOf(await engine.execStart(attached.Id, {}))).toBe(`${text}\r\n`);
  expect(await engine.execInspect(attached.Id)).toMatchObject({ Running: false, ExitCode: 127 });
  const detached = await engine.execCreate(id, { Cmd: ['nosuch'] });
  expect(await failure(engine.execStart(detached.Id, { Detach: true }))).toEqual({
    status: 400,
    message: text,
  });
});

test('exec ends though a child of it holds its output open', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine);
  await engine.containerStart(id);
  const { Id } = await engine.execCreate(id, { Cmd: ['sh'], AttachStdout: true });
  const attached = await engine.execStart(Id, {});
  vi.useFakeTimers();
  await agent.stream(agent.execed().stdio, 'stdout').send('bye\n');
  agent.emit('exited', { process: agent.execed().process, code: 0, oomKilled: false });
  await vi.advanceTimersByTimeAsync(4100);
  vi.useRealTimers();
  expect(await textOf(attached)).toBe('bye\n');
  expect(await engine.execInspect(Id)).toMatchObject({ Running: false, ExitCode: 0 });
});

test('exec wants a running container that is there', async () => {
  const { engine } = fixture;
  const id = await create(engine);
  expect(await failure(engine.execCreate(id, { Cmd: ['ls'] }))).toEqual({
    status: 409,
    message: `container ${id} is not running`,
  });
  expect(await failure(engine.execCreate('nosuch', { Cmd: ['ls'] }))).toEqual({
    status: 404,
    message: 'No such container: nosuch',
  });
  expect(await failure(engine.execStart('nosuch', {}))).toEqual({
    status: 404,
    message: 'No such exec instance: nosuch',
  });
});

test('logs: streams, tail, timestamps and follow', async () => {
  const { engine, agent } = fixture;
  const { id, process, stdout } = await startAttached();
  const stderr = agent.stream(process.stdio, 'stderr');
  await stdout.send('one\ntw');
  await settle();
  await stderr.send('oops\n');
  await settle();
  await stdout.send('o\nthree\n');
  await settle();
  const show = async (options: object) =>
    engine.containerLogs(id, { stdout: true, stderr: true, ...options }).then(({ output }) => textOf(output));
  expect(await show({})).toBe('one\noops\ntwo\nthree\n');
  expect(await show({ stderr: false })).toBe('one\ntwo\nthree\n');
  expect(await show({ tail: '2' })).toBe('two\nthree\n');
  expect(await show({ tail: '0' })).toBe('');
  expect(await show({ tail: 'all', since: '99999999999' })).toBe('');
  expect(await show({ timestamps: true, tail: '1' })).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/,
  );
  const followed = show({ follow: true, tail: '1' });
  await settle();
  await stdout.send('four');
  agent.exit(process, 0);
  expect(await followed).toBe('three\nfour');
  expect(await failure(engine.containerLogs(id, {}))).toMatchObject({ status: 400 });
});

async function leave({ output }: Attached): Promise<boolean | undefined> {
  const iterator = output[Symbol.asyncIterator]();
  const next = iterator.next();
  await settle();
  await iterator.return?.();
  return (await next).done;
}

test('a follower of a silent container can leave', async () => {
  const { engine } = await makeFixture();
  const id = await create(engine, { OpenStdin: true });
  await engine.containerStart(id);
  expect(await leave(await engine.containerLogs(id, { stdout: true, follow: true }))).toBe(true);
  expect(await leave(await engine.containerAttach(id, { stream: true, stdout: true, logs: true }))).toBe(
    true,
  );
});
