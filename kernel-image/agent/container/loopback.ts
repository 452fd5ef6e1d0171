import { check } from '../kernel/errors.ts';
import { close } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

/** Brings `lo` up in the namespace that the caller is in; a new one has nothing else, and it is down. */
export function raiseLoopback(): void {
  const socket = check('socket', syscall(nr.socket, AF_INET, SOCK_DGRAM_CLOEXEC, 0));
  // struct ifreq: a name of 16 bytes, then the flags.
  const request = new Uint8Array(32);
  request.set([0x6c, 0x6f]);
  request[16] = IFF_UP;
  check('raise lo', syscall(nr.ioctl, socket, SIOCSIFFLAGS, request));
  close(socket);
}
