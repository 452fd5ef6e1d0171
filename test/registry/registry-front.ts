/** A server in front of a registry, which counts what it is asked for and may answer otherwise. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The `Range` header. */
  readonly range: string | undefined;
}

/** Changes the bytes of an answer that is going to be sent, or gives none to have it sent as it is. */
export type Tamper = (path: string, body: Buffer) => Buffer | undefined;

/** Pages may read it wherever they come from. */
export class RegistryFront {
  readonly asked: Asked[] = [];
  /** Called with answers to GET. */
  tamper: Tamper = () => undefined;
  /** Of answers longer than this the rest is never sent. */
  stallsAfter = Infinity;
  readonly #server: Server;
  readonly #behind: string;

  private constructor(behind: string) {
    this.#behind = behind;
    this.#server = createServer((asked, answer) => this.#pass(asked, answer));
  }

  /** `behind` is the registry's `127.0.0.1:PORT`. */
  static async start(behind: string): Promise<RegistryFront> {
    const front = new RegistryFront(behind);
    await new Promise<void>((listening) => front.#server.listen(0, '127.0.0.1', listening));
    return front;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The GETs of blobs that were longer than a manifest, with their ranges. */
  blobs(digest: string): Asked[] {
    return this.asked.filter(({ method, path }) => method === 'GET' && path.endsWith(`blobs/${digest}`));
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((closed) => this.#server.close(() => closed()));
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = asked;
    this.asked.push({ method, path: url, range: headers.range });
    // What a browser has in its cache is of no use to who changes answers.
    delete headers['if-none-match'];
    const to = request(`http://${this.#behind}${url}`, { method, headers }, (from) => {
      this.#answer(url, method, from, answer).catch(() => answer.destroy());
    });
    to.on('error', () => answer.destroy());
    asked.pipe(to);
  }

  async #answer(url: string, method: string, from: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of from) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const changed = method === 'GET' ? this.tamper(url, body) : undefined;
    const headers = { ...from.headers };
    if (changed !== undefined) for (const name of ofTheBody) delete headers[name];
    answer.writeHead(from.statusCode ?? 500, headers);
    const sent = changed ?? body;
    answer.write(sent.subarray(0, this.stallsAfter));
    if (sent.length <= this.stallsAfter) answer.end();
  }
}

/** Headers that are not true any more when the body is another one. */
const ofTheBody = ['content-length', 'docker-content-digest', 'etag'];
