import type { Process } from './process.ts';

/** A process with the branches that ps draws before its command. */
export interface Branch {
  readonly process: Process;
  readonly prefix: string;
}

/** Children below their parents; those whose parent is not among them stand alone. */
export function forest(processes: readonly Process[]): Branch[] {
  const pids = new Set(processes.map(({ pid }) => pid));
  const below = (parent: number | undefined, depth: number): Branch[] =>
    processes
      .filter(({ ppid }) => (parent === undefined ? !pids.has(ppid) : ppid === parent))
      .flatMap((process) => [
        { process, prefix: depth === 0 ? '' : `${'    '.repeat(depth - 1)} \\_ ` },
        ...below(process.pid, depth + 1),
      ]);
  return below(undefined, 0);
}
