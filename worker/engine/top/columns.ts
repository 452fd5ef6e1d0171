import type { Process } from './process.ts';
import type { Surroundings } from './surroundings.ts';
import { clockTime, elapsed, longStart, minutes, startDay, startTime } from './times.ts';

export interface Column {
  readonly header: string;
  readonly value: (process: Process, around: Surroundings) => string;
}

type Value = Column['value'];

const nameWidth = 8;

/** Names too long for their column end in a plus sign. */
function named(names: ReadonlyMap<number, string>, id: number | undefined): string {
  const name = names.get(id ?? 0) ?? String(id);
  return name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}+` : name;
}

const effective = 1;
const user =
  (which: number): Value =>
  ({ uids }, { users }) =>
    named(users, uids[which]);
const group =
  (which: number): Value =>
  ({ gids }, { groups }) =>
    named(groups, gids[which]);
const number =
  (pick: (process: Process, around: Surroundings) => number | undefined): Value =>
  (process, around) =>
    String(pick(process, around) ?? 0);

function command({ args, comm, state }: Process): string {
  const text = args.join(' ').replace(/\n/g, '?');
  return text === '' ? `[${comm}]${defunct(state)}` : text;
}

function defunct(state: string): string {
  return state === 'Z' ? ' <defunct>' : '';
}

function stat({ state, nice, locked, session, pid, threads, pgrp, tpgid }: Process): string {
  return [
    state,
    nice < 0 ? '<' : '',
    nice > 0 ? 'N' : '',
    locked ? 'L' : '',
    session === pid ? 's' : '',
    threads > 1 ? 'l' : '',
    pgrp === tpgid ? '+' : '',
  ].join('');
}

/** Minor numbers of a pty's slaves go on over eight major numbers from 136. */
function terminal({ tty }: Process): string {
  if (tty === 0) return '?';
  const major = (tty >> 8) & 0xfff;
  const minor = (tty & 0xff) | ((tty >> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return '?';
}

/** Thousandths of the time since the start. */
function cpuShare({ cpuTime, started }: Process, { uptime }: Surroundings): number {
  const seconds = Math.trunc(uptime - started / 100);
  return seconds > 0 ? Math.trunc((cpuTime * 10) / seconds) : 0;
}

function tenths(thousandths: number): string {
  return thousandths > 999 ? String(Math.trunc(thousandths / 10)) : (thousandths / 10).toFixed(1);
}

const policies = ['TS', 'FF', 'RR', 'B', '?', 'IDL', 'DLN'];

const percentCpu: Column = { header: '%CPU', value: (p, around) => tenths(cpuShare(p, around)) };
const percentMemory: Column = {
  header: '%MEM',
  value: ({ resident }, { memory }) => tenths(Math.min(999, Math.trunc((resident * 1000) / memory))),
};
const arguments_: Value = command;
const shortCommand: Value = ({ comm, state }) => comm + defunct(state);
const wait: Value = ({ wchan }) => (wchan === '' || wchan === '0' ? '-' : wchan.slice(0, 6));
const kilobytes: Value = number(({ virtualSize }) => Math.trunc(virtualSize / 1024));
const cpu: Value = number((p, around) => Math.min(99, Math.trunc(cpuShare(p, around) / 10)));

/** The names of ps(1) for `-o`, with their headers. */
const table: Readonly<Record<string, readonly [header: string, value: Value]>> = {
  args: ['COMMAND', arguments_],
  cmd: ['CMD', arguments_],
  command: ['COMMAND', arguments_],
  comm: ['COMMAND', shortCommand],
  ucmd: ['CMD', shortCommand],
  ucomm: ['COMMAND', shortCommand],
  pid: ['PID', number(({ pid }) => pid)],
  tgid: ['TGID', number(({ pid }) => pid)],
  lwp: ['LWP', number(({ pid }) => pid)],
  ppid: ['PPID', number(({ ppid }) => ppid)],
  pgid: ['PGID', number(({ pgrp }) => pgrp)],
  pgrp: ['PGRP', number(({ pgrp }) => pgrp)],
  sid: ['SID', number(({ session }) => session)],
  sess: ['SESS', number(({ session }) => session)],
  session: ['SESS', number(({ session }) => session)],
  tpgid: ['TPGID', number(({ tpgid }) => tpgid)],
  user: ['USER', user(effective)],
  uname: ['USER', user(effective)],
  euser: ['EUSER', user(effective)],
  ruser: ['RUSER', user(0)],
  suser: ['SUSER', user(2)],
  group: ['GROUP', group(effective)],
  egroup: ['EGROUP', group(effective)],
  rgroup: ['RGROUP', group(0)],
  uid: ['UID', number(({ uids }) => uids[effective])],
  euid: ['EUID', number(({ uids }) => uids[effective])],
  ruid: ['RUID', number(({ uids }) => uids[0])],
  gid: ['GID', number(({ gids }) => gids[effective])],
  egid: ['EGID', number(({ gids }) => gids[effective])],
  rgid: ['RGID', number(({ gids }) => gids[0])],
  c: ['C', cpu],
  cp: ['CP', number(cpuShare)],
  '%cpu': [percentCpu.header, percentCpu.value],
  pcpu: [percentCpu.header, percentCpu.value],
  '%mem': [percentMemory.header, percentMemory.value],
  pmem: [percentMemory.header, percentMemory.value],
  vsz: ['VSZ', kilobytes],
  vsize: ['VSZ', kilobytes],
  sz: ['SZ', number(({ virtualSize }) => Math.trunc(virtualSize / 4096))],
  rss: ['RSS', number(({ resident }) => resident)],
  rssize: ['RSS', number(({ resident }) => resident)],
  rsz: ['RSZ', number(({ resident }) => resident)],
  tt: ['TT', terminal],
  tty: ['TT', terminal],
  tname: ['TTY', terminal],
  stat: ['STAT', stat],
  s: ['S', ({ state }) => state],
  state: ['S', ({ state }) => state],
  start_time: ['START', startTime],
  stime: ['STIME', startTime],
  start: ['STARTED', startDay],
  lstart: ['STARTED', longStart],
  time: ['TIME', ({ cpuTime }) => clockTime(cpuTime)],
  cputime: ['TIME', ({ cpuTime }) => clockTime(cpuTime)],
  bsdtime: ['TIME', ({ cpuTime }) => minutes(cpuTime)],
  etime: ['ELAPSED', elapsed],
  etimes: ['ELAPSED', number(({ started }, { uptime }) => Math.trunc(uptime - started / 100))],
  ni: ['NI', number(({ nice }) => nice)],
  nice: ['NI', number(({ nice }) => nice)],
  pri: ['PRI', number(({ priority }) => 39 - priority)],
  opri: ['PRI', number(({ priority }) => 60 + priority)],
  priority: ['PRI', number(({ priority }) => priority)],
  rtprio: ['RTPRIO', ({ realtimePriority }) => (realtimePriority === 0 ? '-' : String(realtimePriority))],
  cls: ['CLS', ({ policy }) => policies[policy] ?? '?'],
  policy: ['POL', ({ policy }) => policies[policy] ?? '?'],
  psr: ['PSR', number(({ processor }) => processor)],
  nlwp: ['NLWP', number(({ threads }) => threads)],
  thcount: ['THCNT', number(({ threads }) => threads)],
  f: ['F', number(({ flags }) => (flags >> 6) & 7)],
  flag: ['F', number(({ flags }) => (flags >> 6) & 7)],
  flags: ['F', number(({ flags }) => (flags >> 6) & 7)],
  addr: ['ADDR', () => '-'],
  wchan: ['WCHAN', wait],
  maj_flt: ['MAJFL', number(({ majorFaults }) => majorFaults)],
  min_flt: ['MINFL', number(({ minorFaults }) => minorFaults)],
};

export function findColumn(name: string, header?: string): Column | undefined {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  return found && { header: header ?? found[0], value: found[1] };
}

/** The columns of these names, which are in the table. */
export function columnsOf(names: string): Column[] {
  return names.split(' ').flatMap((text) => {
    const [name = '', header] = text.split('=');
    return findColumn(name, header) ?? [];
  });
}
