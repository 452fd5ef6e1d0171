import type { Socket } from 'node:net';
import type { Connection } from '../../worker/api/http/connection.ts';

/** Milliseconds between looks at a client that has ended its side: has it gone since? */
const defaultInterval = 5000;

/** A socket, made with `allowHalfOpen`, as a connection. */
export function socketConnection(socket: Socket, interval = defaultInterval): Connection {
  const gone = new AbortController();
  // Whatever the error is, `close` follows.
  socket.on('error', () => undefined);
  socket.on('close', () => gone.abort(new Error('the client is gone')));
  socket.on('end', () => watch(socket, interval));
  return {
    input: inputOf(socket),
    write: (bytes) => write(socket, bytes),
    end: () => new Promise((resolve) => socket.end(resolve)),
    reset: () => socket.destroy(),
    gone: gone.signal,
  };
}

async function* inputOf(socket: Socket): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of socket.iterator({ destroyOnReturn: false })) yield bytes as Uint8Array;
  } catch {
    // A connection that breaks is one that ends.
  }
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed || socket.writableEnded) return Promise.reject(new Error('the client is gone'));
  if (socket.write(bytes)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const drained = (): void => settle(resolve);
    const closed = (): void => settle(() => reject(new Error('the client is gone')));
    const settle = (how: () => void): void => {
      socket.off('drain', drained).off('close', closed);
      how();
    };
    socket.on('drain', drained).on('close', closed);
  });
}

/** Node is not told when a client that has ended its side closes the other one, too; a write of nothing fails then. */
function watch(socket: Socket, interval: number): void {
  const look = (): void => {
    if (socket.writable) socket.write(new Uint8Array(0));
  };
  const timer = setInterval(look, interval);
  timer.unref();
  socket.on('close', () => clearInterval(timer));
  look();
}
