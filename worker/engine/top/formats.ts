import type { Column } from './columns.ts';
import { columnsOf } from './columns.ts';

/** Which of ps' own formats are asked for. */
export interface Flags {
  readonly full: boolean;
  readonly extraFull: boolean;
  readonly long: boolean;
  readonly noAddress: boolean;
  readonly jobs: boolean;
  readonly bsd: boolean;
}

/** The columns of `-f`, `-F`, `-l`, `-j` and their combinations, or of the format when nothing is asked for. */
export function standardFormat(flags: Flags): Column[] {
  if (flags.bsd) return columnsOf('pid tname stat bsdtime=TIME args');
  if (flags.long) return columnsOf(longFormat(flags));
  if (flags.full || flags.extraFull) return columnsOf(fullFormat(flags));
  return columnsOf(flags.jobs ? 'pid pgid sid tname time ucmd' : 'pid tname time ucmd');
}

/** Those of BSD's letters. */
export const bsdFormats: Readonly<Record<string, string>> = {
  u: 'user pid %cpu %mem vsz rss tname stat start_time bsdtime args',
  l: 'f uid pid ppid priority ni vsz rss wchan stat tname bsdtime args',
  j: 'ppid pid pgid sid tname tpgid stat uid bsdtime args',
  v: 'pid tname stat bsdtime maj_flt rss %mem args',
};

function fullFormat({ extraFull, jobs }: Flags): string {
  const job = jobs ? ' pgid sid' : '';
  const sizes = extraFull ? ' sz rss psr' : '';
  return `user=UID pid ppid${job} c${sizes} stime tname time cmd`;
}

function longFormat({ full, extraFull, noAddress, jobs }: Flags): string {
  const whole = full || extraFull;
  const first = `${noAddress ? '' : 'f '}s ${whole ? 'user=UID' : 'uid'} pid ppid${jobs ? ' pgid sid' : ''}`;
  const sizes = noAddress ? 'rss sz' : 'addr sz';
  return `${first} c opri ni ${sizes} wchan ${whole ? 'stime ' : ''}tname time ${whole ? 'cmd' : 'ucmd'}`;
}
