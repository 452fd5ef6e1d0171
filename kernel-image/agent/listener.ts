import { check } from './kernel/errors.ts';
import { flags } from './kernel/files.ts';
import { nr } from './kernel/numbers.ts';
import { type Loop, readable } from './loop.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const backlog = 128;

export interface Connection {
  fd: number;
  pid: number;
  uid: number;
}

/** Listens on a unix socket for as long as the machine lives. */
export function listen(
  path: string,
  mode: number,
  loop: Loop,
  connected: (connection: Connection) => void,
): void {
  const type = SOCK_STREAM | flags.O_CLOEXEC | flags.O_NONBLOCK;
  const socket = check('socket', syscall(nr.socket, AF_UNIX, type, 0));
  syscall(nr.unlink, path);
  const name = socketAddress(path);
  check(`bind ${path}`, syscall(nr.bind, socket, name, name.length));
  check(`chmod ${path}`, syscall(nr.chmod, path, mode));
  check(`listen ${path}`, syscall(nr.listen, socket, backlog));
  loop.add(socket, readable, () => accept(socket, connected));
}

/** struct sockaddr_un. */
function socketAddress(path: string): Uint8Array {
  const text = new Uint8Array(encode(path));
  const out = new Uint8Array(2 + text.length);
  out[0] = AF_UNIX;
  out.set(text, 2);
  return out;
}

function accept(socket: number, connected: (connection: Connection) => void): void {
  for (;;) {
    const fd = syscall(nr.accept4, socket, null, null, flags.O_CLOEXEC | flags.O_NONBLOCK);
    if (fd < 0) return;
    const peer = new Int32Array(3);
    check('peer', syscall(nr.getsockopt, fd, SOL_SOCKET, SO_PEERCRED, peer, new Uint32Array([12])));
    connected({ fd, pid: peer[0] ?? 0, uid: peer[1] ?? 0 });
  }
}
