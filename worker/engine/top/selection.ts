import type { Process } from './process.ts';
import type { Surroundings } from './surroundings.ts';

/** Whether ps shows a process. */
export type Selector = (process: Process, around: Surroundings) => boolean;

export const all: Selector = () => true;
const hasTerminal: Selector = ({ tty }) => tty !== 0;
export const leadsNoSession: Selector = ({ pid, session }) => pid !== session;

/** BSD's `a` is everybody with a terminal, `x` everything of one's own (ps is root's), and both together are all. */
export function bsdSelection(letters: string): Selector {
  if (!letters.includes('a')) return ({ uids }) => uids[1] === 0;
  return letters.includes('x') ? all : hasTerminal;
}

export function byNumber(field: 'pid' | 'ppid' | 'session', list: string): Selector {
  const numbers = new Set(items(list).map(Number));
  return (process) => numbers.has(process[field]);
}

export function byCommand(list: string): Selector {
  const names = new Set(items(list).map((name) => name.slice(0, 15)));
  return ({ comm }) => names.has(comm);
}

/** By name or number; `which` of a process's users. */
export function byUser(list: string, which: number): Selector {
  const wanted = new Set(items(list));
  return ({ uids }, { users }) => {
    const id = uids[which] ?? 0;
    return wanted.has(String(id)) || wanted.has(users.get(id) ?? '');
  };
}

function items(list: string): string[] {
  return list.split(/[, ]+/).filter(Boolean);
}
