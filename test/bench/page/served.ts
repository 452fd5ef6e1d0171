import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createStaticServer, listen } from '../../../scripts/static-server.ts';

/**
 * Our static server, with what it sent counted on the wire. The page's CDP session sees 0.3 of the 6.2 MB: what the worker
 * fetches is not told there.
 */
export class ServedPage {
  readonly address: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, address: string, sockets: Set<Socket>) {
    this.#server = server;
    this.address = address;
    this.#sockets = sockets;
  }

  static async start(files: string): Promise<ServedPage> {
    const sockets = new Set<Socket>();
    const server = createStaticServer(files).on('connection', (socket) => sockets.add(socket));
    const port = await listen(server, 0);
    return new ServedPage(server, `http://127.0.0.1:${port}/`, sockets);
  }

  /** With the responses' headers. */
  get bytesSent(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((closed) => this.#server.close(() => closed()));
  }
}
