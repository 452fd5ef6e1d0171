import { check } from './errors.ts';
import { nr } from './numbers.ts';

const SIG_SETMASK = 2;
const SFD_CLOEXEC_NONBLOCK = 0o2004000;

export const signal = { KILL: 9, CHLD: 17, CONT: 18 } as const;

const all = new Uint32Array([0xffffffff, 0xffffffff]);
const none = new Uint32Array(2);

/** The agent takes signals from a descriptor, never in the middle of something. */
export function blockSignals(): void {
  check('sigprocmask', syscall(nr.rt_sigprocmask, SIG_SETMASK, all, null, 8));
}

/** In a child, before it becomes another program. */
export function unblockSignals(): void {
  check('sigprocmask', syscall(nr.rt_sigprocmask, SIG_SETMASK, none, null, 8));
}

/** A descriptor that becomes readable when a child has ended. */
export function childSignals(): number {
  const mask = new Uint32Array([1 << (signal.CHLD - 1), 0]);
  return check('signalfd', syscall(nr.signalfd4, -1, mask, 8, SFD_CLOEXEC_NONBLOCK));
}

/** @returns whether there was such a process. */
export function kill(pid: number, number: number): boolean {
  return syscall(nr.kill, pid, number) === 0;
}
