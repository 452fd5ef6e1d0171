import type { TerminalSize } from '../../../worker/protocol/agent.ts';
import { check } from '../kernel/errors.ts';
import { flags, open } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';

const TIOCSCTTY = 0x540e;
const TIOCSWINSZ = 0x5414;
const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;
const ownerWritable = 0o620;

export interface Terminal {
  master: number;
  slave: number;
}

/** A new pair in the devpts instance that `path` belongs to. The master does not block. */
export function openTerminal(path: string, size: TerminalSize): Terminal {
  const master = open(path, flags.O_RDWR | flags.O_NOCTTY | flags.O_NONBLOCK);
  check('unlock terminal', syscall(nr.ioctl, master, TIOCSPTLCK, new Int32Array(1)));
  const how = flags.O_RDWR | flags.O_NOCTTY | flags.O_CLOEXEC;
  const slave = check('open terminal', syscall(nr.ioctl, master, TIOCGPTPEER, how));
  setSize(master, size);
  return { master, slave };
}

export function setSize(fd: number, size: TerminalSize): void {
  check('resize', syscall(nr.ioctl, fd, TIOCSWINSZ, new Uint16Array([size.rows, size.cols, 0, 0])));
}

/** Makes the terminal the controlling one of the calling session. */
export function takeTerminal(slave: number): void {
  check('controlling terminal', syscall(nr.ioctl, slave, TIOCSCTTY, 0));
}

/** Gives the terminal to the container's user, so that programs may open it by name. */
export function giveTerminal(slave: number, uid: number): void {
  syscall(nr.fchown32, slave, uid, -1);
  syscall(nr.fchmod, slave, ownerWritable);
}
