import type { ProcessTexts } from '../../protocol/agent.ts';

/** A process as /proc tells of it; times in hundredths of a second, sizes as the kernel counts them. */
export interface Process {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  readonly tty: number;
  readonly tpgid: number;
  readonly flags: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly cpuTime: number;
  readonly priority: number;
  readonly nice: number;
  readonly threads: number;
  /** After the machine's boot. */
  readonly started: number;
  /** Bytes. */
  readonly virtualSize: number;
  /** kB. */
  readonly resident: number;
  readonly processor: number;
  readonly realtimePriority: number;
  readonly policy: number;
  /** Real, effective, saved, of the file system. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly locked: boolean;
  readonly args: readonly string[];
  readonly wchan: string;
}

const pageKilobytes = 4;

/** Parses what https://docs.kernel.org/filesystems/proc.html says of stat and status. */
export function parseProcess({ pid, stat, status, cmdline, wchan }: ProcessTexts): Process {
  const end = stat.lastIndexOf(')');
  const [state = '?', ...rest] = stat
    .slice(end + 2)
    .trim()
    .split(' ');
  /** Fields are numbered from 1; the fourth is the first after the state. */
  const field = (number: number) => Number(rest[number - 4] ?? 0);
  const ids = (name: string) => statusLine(status, name).split(/\s+/).map(Number);
  return {
    pid,
    comm: stat.slice(stat.indexOf('(') + 1, end),
    state,
    ppid: field(4),
    pgrp: field(5),
    session: field(6),
    tty: field(7),
    tpgid: field(8),
    flags: field(9),
    minorFaults: field(10),
    majorFaults: field(12),
    cpuTime: field(14) + field(15),
    priority: field(18),
    nice: field(19),
    threads: field(20),
    started: field(22),
    virtualSize: field(23),
    resident: field(24) * pageKilobytes,
    processor: field(39),
    realtimePriority: field(40),
    policy: field(41),
    uids: ids('Uid'),
    gids: ids('Gid'),
    locked: Number.parseInt(statusLine(status, 'VmLck'), 10) > 0,
    args: cmdline.split('\0').slice(0, -1),
    wchan: wchan.trim(),
  };
}

function statusLine(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
}
