import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Inspected {
  readonly Id: string;
  readonly Architecture: string;
  readonly Os: string;
  readonly Config: Readonly<Record<string, unknown>>;
  readonly RootFS: { readonly Layers?: readonly string[] };
}

export interface HistoryItem {
  readonly CreatedBy: string;
  readonly Comment: string;
}

/** The Engine API on a unix socket. */
export class EngineClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  call(method: string, path: string, body?: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = body ? { 'Content-Type': 'application/x-tar', 'Content-Length': body.length } : {};
      const call = request({ socketPath: this.#socket, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  /** A call that must succeed. */
  async get(method: string, path: string, body?: Uint8Array): Promise<Buffer> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${String(answer.body)}`);
    return answer.body;
  }

  async save(image: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.get('GET', `/v1.51/images/${encodeURIComponent(image)}/get`));
  }

  /** Removes all containers, all images but those, and what builds might find in the cache. */
  async clean(kept: ReadonlySet<string>): Promise<void> {
    await this.get('POST', '/v1.51/containers/prune');
    await this.#removeImagesBut(kept);
    await this.get('POST', '/v1.51/build/prune?all=1');
  }

  async #removeImagesBut(kept: ReadonlySet<string>): Promise<void> {
    for (let before = Infinity; ;) {
      const images = await this.#json<{ Id: string }[]>('/v1.51/images/json');
      const others = images.map(({ Id }) => Id).filter((id) => !kept.has(id));
      if (others.length === 0) return;
      if (others.length >= before) throw new Error(`images that cannot be removed: ${others.join()}`);
      before = others.length;
      for (const id of others) await this.call('DELETE', `/v1.51/images/${id}?force=1`);
    }
  }

  async inspect(name: string): Promise<Inspected> {
    return this.#json(`/v1.51/images/${encodeURIComponent(name)}/json`);
  }

  async history(name: string): Promise<HistoryItem[]> {
    return this.#json(`/v1.51/images/${encodeURIComponent(name)}/history`);
  }

  async #json<T>(path: string): Promise<T> {
    return JSON.parse(String(await this.get('GET', path))) as T;
  }
}
