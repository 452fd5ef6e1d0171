import { beforeEach, expect, test, vi } from 'vitest';
import { AgentError } from '../protocol/agent-client.ts';
import type { Fixture } from './fixture.suite.ts';
import { create, failure, makeFixture, settle, textOf } from './fixture.suite.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture();
});

test('docker run --rm costs one call to the agent', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine, { Cmd: ['true'], HostConfig: { AutoRemove: true } });
  const attached = await engine.containerAttach(id, { stream: true, stdout: true, stderr: true });
  const { result } = await engine.containerWait(id, 'removed');
  await engine.containerStart(id);
  expect(agent.started()).toMatchObject({ id, autoRemove: true, process: { args: ['true'] } });
  await agent.stream(agent.started().process.stdio, 'stdout').send('hi\n');
  agent.exit(agent.started().process, 3);
  expect(await result).toEqual({ StatusCode: 3 });
  expect(await textOf(attached)).toBe('hi\n');
  expect(agent.methods()).toEqual(['start']);
  expect(await failure(engine.containerInspect(id))).toMatchObject({ status: 404 });
});

test('a container goes from created to running to exited to gone', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine, {}, 'web');
  const stateOf = async () => (await engine.containerInspect('web')).State;
  expect(await stateOf()).toMatchObject({
    Status: 'created',
    Running: false,
    Pid: 0,
    StartedAt: '0001-01-01T00:00:00Z',
  });
  await engine.containerStart('web');
  expect(await stateOf()).toMatchObject({ Status: 'running', Running: true, Pid: 101 });
  expect(await failure(engine.containerStart('/web'))).toEqual({
    status: 304,
    message: 'container is already running',
  });
  agent.exit(agent.started().process, 137, true);
  await settle();
  expect(await stateOf()).toMatchObject({ Status: 'exited', ExitCode: 137, OOMKilled: true, Pid: 0 });
  expect(await failure(engine.containerStop(id))).toEqual({
    status: 304,
    message: 'container is already stopped',
  });
  await engine.containerDelete(id.slice(0, 5));
  expect(agent.methods()).toEqual(['start', 'remove']);
  expect(await engine.containerList({ all: true })).toEqual([]);
});

test('the exit may be told before the start is answered', async () => {
  const { engine, agent } = fixture;
  agent.script.start = ({ process }) => {
    agent.exit(process, 7);
    return { pid: 5 };
  };
  const id = await create(engine);
  const { result } = await engine.containerWait(id, 'next-exit');
  await engine.containerStart(id);
  expect(await result).toEqual({ StatusCode: 7 });
});

const failures = [
  [
    { code: 'ENOENT', step: 'lookup' },
    'nosuchcmd',
    400,
    127,
    'exec: "nosuchcmd": executable file not found in $PATH',
  ],
  [{ code: 'ENOENT', step: 'stat' }, '/no', 400, 127, 'exec: "/no": stat /no: no such file or directory'],
  [{ code: 'EACCES', step: 'exec' }, '/etc', 400, 126, 'exec: "/etc": permission denied'],
  [
    { code: 'ENOMEM', step: 'clone' },
    'sh',
    500,
    128,
    'error during container init: clone: cannot allocate memory',
  ],
] as const;

test.each(failures)('a start that fails with %o', async (reason, program, status, exitCode, text) => {
  const { engine, agent } = fixture;
  agent.script.start = () => Promise.reject(new AgentError({ ...reason, message: 'x' }));
  const id = await create(engine, { Cmd: [program] }, 'web');
  const attached = await engine.containerAttach(id, { stream: true, stdout: true });
  const message = `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${text}`;
  expect(await failure(engine.containerStart(id))).toEqual({ status, message });
  expect(await textOf(attached)).toBe('');
  const { State } = await engine.containerInspect(id);
  expect(State).toMatchObject({ Status: 'created', ExitCode: exitCode, Error: message });
  expect([...agent.streams.values()].every(({ wasReset }) => wasReset)).toBe(true);
});

test('what the kernel cannot execute has started and ended with 255', async () => {
  const { engine, agent } = fixture;
  agent.script.start = () => Promise.reject(new AgentError({ code: 'ENOEXEC', step: 'exec', message: '' }));
  const id = await create(engine, { Cmd: ['/arm'] });
  const attached = await engine.containerAttach(id, { stream: true, stdout: true, stderr: true });
  const { result } = await engine.containerWait(id, 'next-exit');
  await engine.containerStart(id);
  expect(await result).toEqual({ StatusCode: 255 });
  expect(await textOf(attached)).toBe('exec /arm: exec format error\n');
  expect(await textOf((await engine.containerLogs(id, { stderr: true })).output)).toBe(
    'exec /arm: exec format error\n',
  );
});

test('--rm removes a container that does not start', async () => {
  const { engine, agent } = fixture;
  agent.script.start = () => Promise.reject(new AgentError({ code: 'ENOENT', step: 'lookup', message: '' }));
  const id = await create(engine, { HostConfig: { AutoRemove: true } });
  const { result } = await engine.containerWait(id, 'removed');
  await failure(engine.containerStart(id));
  expect(await result).toEqual({ StatusCode: 127 });
  expect(agent.methods()).toEqual(['start', 'remove']);
});

test('an unknown user is told in Docker’s words', async () => {
  const { engine, agent } = fixture;
  const message = 'unable to find user nosuch: no matching entries in passwd file';
  agent.script.start = () => Promise.reject(new AgentError({ code: 'EINVAL', step: 'user', message }));
  expect(await failure(engine.containerStart(await create(engine, { User: 'nosuch' })))).toEqual({
    status: 500,
    message,
  });
});

test('removing asks for force while the container runs', async () => {
  const { engine, agent } = fixture;
  agent.script.signal = () => {
    agent.exit(agent.started().process, 137);
    return null;
  };
  const id = await create(engine, {}, 'web');
  await engine.containerStart(id);
  expect(await failure(engine.containerDelete('/web'))).toEqual({
    status: 409,
    message:
      'cannot remove container "/web": container is running: stop the container before removing or force remove',
  });
  const { result } = await engine.containerWait(id, 'removed');
  await engine.containerDelete('web', { force: true });
  expect(agent.methods()).toEqual(['start', 'signal', 'remove']);
  expect(await result).toEqual({ StatusCode: 137 });
});

test('stop sends the stop signal, and kills when the time is over', async () => {
  const { engine, agent } = fixture;
  const sent: number[] = [];
  agent.script.signal = ({ signal }) => {
    sent.push(signal);
    if (signal === 9) agent.exit(agent.started().process, 137);
    return null;
  };
  const id = await create(engine, { StopSignal: 'SIGUSR1' });
  await engine.containerStart(id);
  vi.useFakeTimers();
  const stopped = engine.containerStop(id);
  await vi.advanceTimersByTimeAsync(9_900);
  expect(sent).toEqual([10]);
  await vi.advanceTimersByTimeAsync(200);
  await stopped;
  vi.useRealTimers();
  expect(sent).toEqual([10, 9]);
  expect(await failure(engine.containerKill(id))).toEqual({
    status: 409,
    message: `cannot kill container: ${id}: container ${id} is not running`,
  });
});

test('pause and unpause', async () => {
  const { engine, agent } = fixture;
  const id = await create(engine, {}, 'web');
  expect((await failure(engine.containerPause(id))).status).toBe(409);
  await engine.containerStart(id);
  await engine.containerPause(id);
  expect((await engine.containerInspect(id)).State).toMatchObject({
    Status: 'paused',
    Running: true,
    Paused: true,
  });
  expect((await engine.containerList())[0]?.Status).toBe('Up Less than a second (Paused)');
  expect((await failure(engine.containerPause(id))).message).toBe(`Container ${id} is already paused`);
  expect((await failure(engine.containerStart(id))).message).toBe(
    'cannot start a paused container, try unpause instead',
  );
  expect((await failure(engine.execCreate('web', { Cmd: ['ls'] }))).message).toBe(
    'Container web is paused, unpause the container before exec',
  );
  await engine.containerUnpause(id);
  expect(agent.methods()).toEqual(['start', 'pause', 'resume']);
  expect(await failure(engine.containerUnpause(id))).toEqual({
    status: 500,
    message: `Container ${id} is not paused`,
  });
});

test('a kill thaws', async () => {
  const { engine, agent } = fixture;
  agent.script.resume = () => {
    agent.exit(agent.started().process, 137);
    return null;
  };
  const id = await create(engine);
  await engine.containerStart(id);
  await engine.containerPause(id);
  await engine.containerKill(id);
  expect(agent.methods()).toEqual(['start', 'pause', 'signal', 'resume']);
  expect((await engine.containerInspect(id)).State).toMatchObject({ Status: 'exited', Paused: false });
});

test('wait: not-running is met by a container that has not run', async () => {
  const { engine } = fixture;
  const id = await create(engine);
  expect(await (await engine.containerWait(id, 'not-running')).result).toEqual({ StatusCode: 0 });
  const { result } = await engine.containerWait(id, 'next-exit');
  await engine.containerDelete(id);
  expect(await result).toEqual({ StatusCode: 0 });
});

test('a restart policy starts the container again until somebody stops it', async () => {
  const { engine, agent } = fixture;
  vi.useFakeTimers();
  const id = await create(engine, {
    HostConfig: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
  });
  await engine.containerStart(id);
  agent.exit(agent.started().process, 1);
  await vi.advanceTimersByTimeAsync(50);
  expect((await engine.containerInspect(id)).State).toMatchObject({ Status: 'restarting', ExitCode: 1 });
  await vi.advanceTimersByTimeAsync(100);
  expect((await engine.containerInspect(id)).State.Status).toBe('running');
  expect((await engine.containerInspect(id)).RestartCount).toBe(1);
  agent.exit(agent.started().process, 1);
  await vi.advanceTimersByTimeAsync(50);
  await engine.containerStop(id);
  vi.useRealTimers();
  expect((await engine.containerInspect(id)).State.Status).toBe('exited');
  expect(agent.methods()).toEqual(['start', 'start']);
});

test('on-failure counts, and success ends it', async () => {
  const { engine, agent } = fixture;
  vi.useFakeTimers();
  const id = await create(engine, {
    HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
  });
  await engine.containerStart(id);
  for (let run = 0; run < 4; run += 1) {
    if ((await engine.containerInspect(id)).State.Status === 'running')
      agent.exit(agent.started().process, 1);
    await vi.advanceTimersByTimeAsync(1000);
  }
  vi.useRealTimers();
  expect(agent.methods()).toEqual(['start', 'start', 'start']);
  expect((await engine.containerInspect(id)).State).toMatchObject({ Status: 'exited', ExitCode: 1 });
});
