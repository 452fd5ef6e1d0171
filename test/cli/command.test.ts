import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { Queue } from '../../worker/cli/queue.ts';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import type { ContainerInspect, OutputChunk } from '../../worker/protocol/engine-api.ts';
import { FakeEngine } from './fake-engine.ts';
import type { Program } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';
import { containerFixture, imageFixture } from './fixtures.ts';

function engineWith(...programs: Program[]): FakeEngine {
  const engine = new FakeEngine();
  engine.images = [imageFixture({ RepoTags: ['busybox:latest'] })];
  engine.containers = [containerFixture()];
  engine.programs = programs;
  return engine;
}

async function docker(
  engine: FakeEngine,
  line: string,
  prepare: (session: FakeSession) => void = () => undefined,
) {
  const session = new FakeSession(line.split(' '));
  prepare(session);
  const code = await runCommand(engine, session);
  return { code, out: session.printed, err: session.complained, session };
}

/** Starts a command on a terminal; the caller drives it. */
function onTerminal(engine: FakeEngine, line: string) {
  const session = new FakeSession(line.split(' '), true);
  return { session, ended: runCommand(engine, session) };
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await turn();
}

describe('docker run', () => {
  test('keeps the outputs apart and passes the exit code on', async () => {
    const engine = engineWith({ stdout: 'out\n', stderr: 'err\n', code: 9 });
    expect(await docker(engine, 'run busybox')).toMatchObject({ code: 9, out: 'out\n', err: 'err\n' });
  });

  test('reads variables and labels from files, and writes the ID into one', async () => {
    const engine = engineWith({});
    const { session } = await docker(
      engine,
      'run --env-file e --label-file l --cidfile id busybox',
      (session) => {
        session.env = new Map([['OWN', 'mine']]);
        session.fileTexts['e'] = '# comment\nA=1\n  B=2 3\nOWN\nNOTHING\n';
        session.fileTexts['l'] = 'x=y\nz\n';
      },
    );
    expect(engine.created[0]).toMatchObject({ Env: ['A=1', 'B=2 3', 'OWN=mine'], Labels: { x: 'y' } });
    expect(session.fileTexts['id']).toBe('c0ffee');
    const again = await docker(engine, 'run --cidfile id busybox', (next) => (next.fileTexts['id'] = 'old'));
    expect(again.err).toContain('container ID file found');
    const missing = await docker(engine, 'run --env-file none busybox');
    expect(missing).toMatchObject({ code: 125 });
    expect(missing.err).toContain('docker: open none: no such file or directory');
  });

  test('says what is not there yet', async () => {
    const { code, err } = await docker(engineWith(), 'compose up');
    expect({ code, err }).toEqual({
      code: 1,
      err: "docker: 'docker compose' is not available yet in this version of Bottleship\n",
    });
  });

  test('prints warnings of the engine', async () => {
    const engine = engineWith({});
    engine.warnings = ['no swap'];
    expect((await docker(engine, 'run busybox')).err).toBe('WARNING: no swap\n');
  });

  test('reads no input that it was not told to', async () => {
    const without = await docker(engineWith({}), 'run busybox');
    expect(without.session.asked).toBe(0);
    const detached = await docker(engineWith({}), 'run -di busybox');
    expect(detached.session.asked).toBe(0);
  });

  test('on a terminal: raw, the size followed, keys passed on', async () => {
    const engine = engineWith({ echoes: true });
    const { session, ended } = onTerminal(engine, 'run -it busybox');
    await settle();
    session.type('hello');
    session.resize({ rows: 40, cols: 100 });
    await settle();
    expect(session.printed).toBe('hello');
    expect(session.raw).toEqual([true]);
    session.keys.end();
    expect(await ended).toBe(0);
    expect(session.raw).toEqual([true, false]);
    expect(engine.calls.filter((call) => call.includes('resize'))).toEqual([
      'POST /containers/c0ffee/resize?h=24&w=120',
      'POST /containers/c0ffee/resize?h=40&w=100',
    ]);
  });

  test('leaves the container with the keys of the client’s configuration', async () => {
    const engine = engineWith({ lasts: true });
    const session = new FakeSession(['run', '-it', 'busybox'], true);
    session.fileTexts['/root/.docker/config.json'] = '{"detachKeys":"ctrl-x,q"}';
    const ended = runCommand(engine, session);
    await settle();
    session.type('\x10\x11a\x18q');
    expect(await ended).toBe(0);
    expect(session.raw).toEqual([true, false]);
  });

  test('takes the default for keys that are none, and says so', async () => {
    const { session, ended } = onTerminal(
      engineWith({ lasts: true }),
      'run -it --detach-keys ctrl-1 busybox',
    );
    await settle();
    expect(session.complained).toContain(
      "invalid detach escape keys, using default: Unknown character: 'ctrl-1'",
    );
    session.type('\x10\x11');
    expect(await ended).toBe(0);
  });

  test('with standard input alone ends when the container does', async () => {
    const engine = engineWith({ lasts: true });
    const session = new FakeSession(['run', '-a', 'stdin', 'busybox']);
    const ended = runCommand(engine, session);
    await settle();
    engine.running.get('c0ffee')?.end(3);
    expect(await ended).toBe(3);
  });

  test('leaves the container with ctrl-p ctrl-q', async () => {
    const { session, ended } = onTerminal(engineWith({ lasts: true }), 'run -it busybox');
    await settle();
    session.type('\x10');
    session.type('\x11');
    expect(await ended).toBe(0);
    expect(session.raw).toEqual([true, false]);
  });

  test('passes signals on, unless told not to', async () => {
    const engine = engineWith({ lasts: true });
    const session = new FakeSession(['run', 'busybox']);
    const ended = runCommand(engine, session);
    await settle();
    expect(session.signal(2)).toBe(true);
    expect(await ended).toBe(137);
    expect(engine.calls).toContain('POST /containers/c0ffee/kill?signal=INT');
    expect(session.signal(2)).toBe(false);
    const deaf = new FakeSession(['run', '--sig-proxy=false', 'busybox']);
    void runCommand(engineWith({ lasts: true }), deaf);
    await settle();
    expect(deaf.signal(2)).toBe(false);
  });

  test('ends when its client is gone, and the container lives on', async () => {
    const engine = engineWith({ lasts: true });
    const session = new FakeSession(['run', 'busybox']);
    const ended = runCommand(engine, session);
    await settle();
    session.leave();
    expect(await ended).toBe(1);
    expect(engine.calls.some((call) => call.includes('kill'))).toBe(false);
  });

  test('leaves raw mode when the container does not start', async () => {
    const { session, ended } = onTerminal(
      engineWith({ failure: 'exec: "x": permission denied' }),
      'run -it busybox x',
    );
    expect(await ended).toBe(126);
    expect(session.raw.at(-1)).toBe(false);
  });
});

describe('docker exec', () => {
  test('leaves with the detach keys and says so', async () => {
    const { session, ended } = onTerminal(engineWith({ lasts: true }), 'exec -it --detach-keys a,b web sh');
    await settle();
    session.type('ab');
    expect(await ended).toBe(1);
    expect(session.complained).toBe('read escape sequence\n');
  });

  test('is not started without a terminal that it needs', async () => {
    const engine = engineWith({});
    const { code, err } = await docker(engine, 'exec -it web sh');
    expect({ code, err }).toEqual({ code: 1, err: 'the input device is not a TTY\n' });
    expect(engine.calls).toEqual(['GET /containers/web/json']);
  });

  test('in the background returns at once', async () => {
    expect(await docker(engineWith({ lasts: true }), 'exec -d web sleep 100')).toMatchObject({
      code: 0,
      out: '',
    });
  });
});

/** A container with a terminal. */
function attachable(engine: FakeEngine, state: object): FakeEngine {
  engine.inspects['web'] = {
    Id: 'web',
    Config: { Tty: true, OpenStdin: true },
    State: { Running: true, ...state },
  } as Partial<ContainerInspect>;
  return engine;
}

describe('docker attach', () => {
  test.each([
    [{ Running: false }, 'You cannot attach to a stopped container, start it first'],
    [{ Paused: true }, 'You cannot attach to a paused container, unpause it first'],
    [{ Restarting: true }, 'You cannot attach to a restarting container, wait until it is running'],
  ])('%o', async (state, why) => {
    const { code, err } = await docker(attachable(engineWith(), state), 'attach web');
    expect({ code, err }).toEqual({ code: 1, err: `${why}\n` });
  });

  test('has the screen drawn again, and is left with the keys', async () => {
    const engine = attachable(engineWith(), {});
    const { session, ended } = onTerminal(engine, 'attach --detach-keys ctrl-a web');
    await settle();
    session.type('\x01');
    expect(await ended).toBe(1);
    expect(session.complained).toBe('read escape sequence\n');
    expect(engine.calls.filter((call) => call.includes('resize'))).toEqual([
      'POST /containers/web/resize?h=25&w=121',
      'POST /containers/web/resize?h=24&w=120',
    ]);
  });

  test('needs no terminal without standard input', async () => {
    const engine = attachable(engineWith(), {});
    engine.running.set('web', stopped(7));
    expect((await docker(engine, 'attach --no-stdin web')).code).toBe(7);
    expect((await docker(engine, 'attach web')).err).toBe('the input device is not a TTY\n');
  });
});

/** A process that has ended already. */
function stopped(code: number): NonNullable<ReturnType<FakeEngine['running']['get']>> {
  const output = new Queue<OutputChunk>();
  output.end();
  return { output, input: new Queue<Uint8Array>(), exited: Promise.resolve(code), end: () => undefined };
}

describe('several containers', () => {
  test('what could be done is printed, what could not is said at the end', async () => {
    const engine = engineWith();
    const { code, out, err } = await docker(engine, 'kill nosuch web');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: 'web\n',
      err: 'Error response from daemon: No such container: nosuch\n',
    });
  });

  test('rm -f minds no container that is gone already', async () => {
    const { code, out, err } = await docker(engineWith(), 'rm -f nosuch web');
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'web\n',
      err: 'Error response from daemon: No such container: nosuch\n',
    });
  });

  test('start says which it could not', async () => {
    const { code, out, err } = await docker(engineWith(), 'start nosuch web');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: 'web\n',
      err: 'Error response from daemon: No such container: nosuch\nError: failed to start containers: nosuch\n',
    });
  });

  test('stop knows the old name of its flag', async () => {
    const engine = engineWith();
    const { out } = await docker(engine, 'stop --time 0 web');
    expect(out).toBe('Flag --time has been deprecated, use --timeout instead\nweb\n');
    expect(engine.calls).toEqual(['POST /containers/web/stop?t=0']);
  });
});

describe('docker logs', () => {
  test('stops following when its client is gone', async () => {
    const engine = engineWith();
    let left = false;
    engine.containerLogs = async () => ({
      raw: false,
      output: {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => undefined),
          return: async () => {
            left = true;
            return { done: true, value: undefined };
          },
        }),
      },
    });
    const session = new FakeSession(['logs', '-f', 'web']);
    const ended = runCommand(engine, session);
    await settle();
    session.leave();
    expect(await ended).toBe(1);
    await settle();
    expect(left).toBe(true);
  });
});

describe('docker images', () => {
  test("by name and filter: both are the engine's to apply", async () => {
    const engine = engineWith();
    await docker(engine, 'images foo/* -f dangling=true');
    const filters = encodeURIComponent(
      JSON.stringify({ dangling: { true: true }, reference: { 'foo/*': true } }),
    );
    expect(engine.calls.at(-1)).toBe(`GET /images/json?filters=${filters}`);
  });
});

test('errors of the engine and of the command itself', async () => {
  const engine = engineWith();
  engine.failures['GET /containers/json'] = new ApiError(500, 'boom');
  expect(await docker(engine, 'ps')).toMatchObject({ code: 1, err: 'Error response from daemon: boom\n' });
  expect(await docker(engine, 'ps -f x')).toMatchObject({ code: 125 });
  expect(await docker(engine, '-l nonsense ps')).toMatchObject({
    code: 1,
    err: 'Unable to parse logging level: nonsense\n',
  });
});

test('a command is cheap to start', async () => {
  const engine = engineWith({});
  // Of the processor's time, of which others take nothing away.
  const before = process.cpuUsage();
  for (let times = 0; times < 100; times++) await docker(engine, 'run -d busybox true');
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000 / 100).toBeLessThan(20);
});
