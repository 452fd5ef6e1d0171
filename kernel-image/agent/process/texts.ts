import type { ProcessTexts } from '../../../worker/protocol/agent.ts';

/** The file's text; null when it is not there, or what it tells of has gone while it was read. */
export function readIfThere(path: string): string | null {
  const text = readText(path);
  return typeof text === 'number' ? null : text;
}

/** Nothing for a process that has gone. */
export function processTexts(pid: number): ProcessTexts[] {
  const read = (name: string) => readIfThere(`/proc/${pid}/${name}`);
  const stat = read('stat');
  const status = read('status');
  if (stat === null || status === null) return [];
  return [{ pid, stat, status, cmdline: read('cmdline') ?? '', wchan: read('wchan') ?? '' }];
}
