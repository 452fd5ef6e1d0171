import { expect, test } from 'vitest';
import type { ProcessTexts } from '../../protocol/agent.ts';
import { create, failure, makeFixture } from '../fixture.suite.ts';
import { parsePsArguments } from './arguments.ts';
import { parseProcess } from './process.ts';
import { clockTime, elapsed, longStart, startDay, startTime } from './times.ts';

/** As Linux 6.12 writes them. */
function texts(
  pid: number,
  args: string[],
  more: { ppid?: number; tty?: number; session?: number; state?: string; uid?: number } = {},
): ProcessTexts {
  const { ppid = 1, tty = 0, session = pid, state = 'S', uid = 0 } = more;
  const comm = (args[0] ?? 'dead').split('/').at(-1) ?? '';
  const before = `${pid} (${comm}) ${state} ${ppid} ${session} ${session} ${tty} ${session} 4194560 100 0 2 0`;
  return {
    pid,
    stat: `${before} 150 50 0 0 20 0 1 0 5000 2387968 318 4294967295 1 1 0 0 0 0 0 4096 0 1 0 0 17 0 0 0 0 0 0\n`,
    status: `Name:\t${comm}\nUid:\t0\t${uid}\t0\t0\nGid:\t0\t0\t0\t0\nVmLck:\t       0 kB\n`,
    cmdline: args.map((arg) => `${arg}\0`).join(''),
    wchan: 'hrtimer_nanosleep',
  };
}

const now = Date.UTC(2026, 10, 24, 2, 50);

async function setUp(processes: ProcessTexts[]) {
  const { engine, agent } = await makeFixture();
  const id = await create(engine, {}, 'web');
  agent.script.processes = () => processes;
  agent.script.read = ({ paths }) =>
    paths.map(
      (path) =>
        ({
          '/proc/uptime': '150.25 12.00\n',
          '/proc/meminfo': 'MemTotal:         254400 kB\nMemFree: 1 kB\n',
          '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\noverlonguser:x:1000:1000::/:/bin/sh\n',
          '/etc/group': 'root:x:0:\n',
        })[path] ?? null,
    );
  await engine.containerStart(id);
  return {
    engine,
    agent,
    id,
    top: (ps_args?: string) => engine.containerTop(id, { ...(ps_args !== undefined && { ps_args }) }),
  };
}

const three = [
  texts(29415, ['sleep', '1000']),
  texts(29420, ['/bin/sh', '-c', 'cat /etc/x  y'], { tty: 0x8801, uid: 1000 }),
  texts(29430, [], { ppid: 29420, session: 29420, state: 'Z', tty: 0x8801 }),
];

test('ps -ef, when nothing is asked for', async () => {
  const { top } = await setUp(three);
  const titles = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];
  for (const args of [undefined, '', '-ef', '-efww']) {
    const { Titles, Processes } = await top(args);
    expect(Titles).toEqual(titles);
    const time = expect.stringMatching(/^\d\d:\d\d$/) as string;
    expect(Processes).toEqual([
      ['root', '29415', '1', '2', time, '?', '00:00:02', 'sleep 1000'],
      ['overlon+', '29420', '1', '2', time, 'pts/1', '00:00:02', '/bin/sh -c cat /etc/x y'],
      ['root', '29430', '29420', '2', time, 'pts/1', '00:00:02', '[dead] <defunct>'],
    ]);
  }
});

test("ps' own formats", async () => {
  const { top } = await setUp(three);
  const rows = async (args: string) => {
    const { Titles, Processes } = await top(args);
    return [Titles.join(' '), Processes[0]?.join(' ').replace(/\d\d:\d\d (?=\?|0:)/, 'hh:mm ')];
  };
  expect(await rows('aux')).toEqual([
    'USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND',
    'root 29415 2.0 0.5 2332 1272 ? Ss+ hh:mm 0:02 sleep 1000',
  ]);
  expect(await rows('-l')).toEqual([
    'F S UID PID PPID C PRI NI ADDR SZ WCHAN TTY TIME CMD',
    '4 S 0 29415 1 2 80 0 - 583 hrtime ? 00:00:02 sleep',
  ]);
  expect(await rows('-ely')).toEqual([
    'S UID PID PPID C PRI NI RSS SZ WCHAN TTY TIME CMD',
    'S 0 29415 1 2 80 0 1272 583 hrtime ? 00:00:02 sleep',
  ]);
  expect((await rows('-eF'))[0]).toBe('UID PID PPID C SZ RSS PSR STIME TTY TIME CMD');
  expect((await rows('-C sleep'))[0]).toBe('PID TTY TIME CMD');
  expect(await rows('-aux')).toEqual(await rows('aux'));
  expect(await rows('-o pid,ppid,user,comm,args')).toEqual([
    'PID PPID USER COMMAND COMMAND',
    '29415 1 root sleep sleep 1000',
  ]);
  expect(await rows('-eo pid,time=HOW')).toEqual(['PID HOW', '29415 00:00:02']);
});

test('selection, order and trees', async () => {
  const { top } = await setUp(three);
  const pids = async (args: string) => {
    const { Titles, Processes } = await top(args);
    return Processes.map((row) => row[Titles.indexOf('PID')]);
  };
  expect(await pids('-C sh')).toEqual(['29420']);
  expect(await pids('-p 29415,29430')).toEqual(['29415', '29430']);
  expect(await pids('-p 1')).toEqual([]);
  expect(await pids('-u overlonguser')).toEqual(['29420']);
  expect(await pids('-N -p 29415')).toEqual(['29420', '29430']);
  expect(await pids('-ef --sort=-pid')).toEqual(['29430', '29420', '29415']);
  const { Processes } = await top('axf');
  expect(Processes.map((row) => row.at(-1))).toEqual([
    'sleep 1000',
    '/bin/sh -c cat /etc/x y',
    '\\_ [dead] <defunct>',
  ]);
});

test.each([
  ['-o cmd', "Couldn't find PID field in ps output"],
  ['-o pid=x', "Couldn't find PID field in ps output"],
  ['-o foo', 'ps: error: unknown user-defined format specifier "foo"'],
  ['bogus', 'ps: error: unsupported option (BSD syntax)'],
  ['-ef -o pid', 'ps: error: conflicting format options'],
  ['f', 'ps: exit status 1'],
  ['-o pid, user=PID', 'specifying "user=PID" is not allowed'],
])('ps %s is refused', async (args, message) => {
  const { top, engine } = await setUp(three);
  const events = (await engine.events({ filters: { event: ['top', 'die'] } }))[Symbol.asyncIterator]();
  expect(await failure(top(args))).toEqual({ status: 500, message });
  await top();
  expect((await events.next()).value).toMatchObject({ Action: 'top' });
});

test('only of a container that runs', async () => {
  const { engine } = await makeFixture();
  const id = await create(engine);
  expect(await failure(engine.containerTop(id))).toEqual({
    status: 409,
    message: `container ${id} is not running`,
  });
});

test('arguments that no column stands for', () => {
  expect(() => parsePsArguments(['--nonsense'])).toThrow('error: unknown gnu long option');
  expect(() => parsePsArguments(['-Z'])).toThrow('error: unsupported SysV option');
  expect(() => parsePsArguments(['--sort=x'])).toThrow('error: unknown sort specifier');
});

test("ps' times", () => {
  const process = parseProcess(texts(1, ['x']));
  const around = { now: now / 1000, uptime: 150, memory: 1, users: new Map(), groups: new Map() };
  expect(clockTime(123_456_789)).toBe('14-06:56:07');
  expect(elapsed(process, around)).toBe('01:40');
  expect(elapsed(process, { ...around, uptime: 90_061 + 50 })).toBe('1-01:01:01');
  expect(startTime(process, around)).toBe('02:48');
  expect(startTime(process, { ...around, uptime: 86_400 })).toBe('Nov23');
  expect(startTime(process, { ...around, uptime: 366 * 86_400 })).toBe('2025');
  expect(startDay(process, around)).toBe('02:48:20');
  expect(startDay(process, { ...around, uptime: 3 * 86_400 })).toBe('Nov 21');
  expect(longStart(process, around)).toBe('Tue Nov 24 02:48:20 2026');
});
