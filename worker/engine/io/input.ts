import type { AgentStream } from '../../protocol/agent-client.ts';
import type { Deferred } from '../deferred.ts';
import { deferred } from '../deferred.ts';

/**
 * A container's standard input, which outlives its runs: what is written before a start waits for it. Ordered, since
 * everything that waits is released in the order in which it came.
 */
export class Input {
  #connected = pending();

  /** The process is there. Without a stream its stdin is /dev/null, and writing fails. */
  connect(stream: AgentStream | undefined): void {
    if (stream === undefined) this.#connected.reject(brokenPipe());
    else this.#connected.resolve(stream);
  }

  /** The process is gone; the next one gets what is written from now on. */
  disconnect(): void {
    this.#connected.reject(brokenPipe());
    this.#connected = pending();
  }

  async write(bytes: Uint8Array): Promise<void> {
    const stream = await this.#connected.promise;
    await stream.write(bytes);
  }

  async close(): Promise<void> {
    const stream = await this.#connected.promise;
    await stream.end();
  }
}

/** A rejection that nobody waits for is no error. */
function pending(): Deferred<AgentStream> {
  const connected = deferred<AgentStream>();
  connected.promise.catch(() => undefined);
  return connected;
}

function brokenPipe(): Error {
  return new Error('write |1: broken pipe');
}
