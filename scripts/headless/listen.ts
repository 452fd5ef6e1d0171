import { existsSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { serveApi } from '../../worker/api/serve.ts';
import type { EngineApi } from '../../worker/protocol/engine-api.ts';
import { socketConnection } from './socket-connection.ts';

/** A listener for the Engine API. */
export interface Listener {
  /** As given, with the port that was taken where 0 was asked for. */
  readonly address: string;
  /** Ends the listener and its connections, and removes its socket. */
  close(): Promise<void>;
}

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Serves the API on `unix:///path` or `tcp://127.0.0.1:port`. Rejects with a message for people. */
export async function listen(engine: EngineApi, host: string): Promise<Listener> {
  const where = parseHost(host);
  if (where.path !== undefined) await removeStale(where.path);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    void serveApi(engine, socketConnection(socket));
  });
  await started(server, where);
  return {
    address: addressOf(server, host),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function parseHost(host: string): ListenOptions {
  const [, path] = /^unix:\/\/(\/.+)$/.exec(host) ?? [];
  if (path !== undefined) return { path };
  const [, name = '', port] = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(host) ?? [];
  if (port === undefined)
    throw new Error(`invalid host ${JSON.stringify(host)}: it must be unix:///path or tcp://127.0.0.1:port`);
  if (!loopback.has(name))
    throw new Error(
      `${name} is not served: whoever can reach the engine owns the machine, so it listens on loopback only`,
    );
  return { host: name.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** A socket that nobody listens on was left behind. */
async function removeStale(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (!statSync(path).isSocket()) throw new Error(`${path} is there and is no socket`);
  if (await isServed(path)) throw new Error(`${path} is in use by another engine`);
  rmSync(path);
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function started(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => resolve());
  });
}

function addressOf(server: Server, host: string): string {
  const address = server.address();
  if (typeof address === 'string' || address === null) return host;
  return host.replace(/:\d+\/?$/, `:${address.port}`);
}
