import type { LogSpec } from '../../protocol/agent.ts';
import type { Agent } from '../../protocol/agent-client.ts';
import type { OutputChunk } from '../../protocol/engine-api.ts';
import type { Instant } from '../clock.ts';
import type { ContainerId } from '../ids.ts';
import { parseRecords } from './records.ts';

/** What a container wrote at once; without bytes the end of a run. Lines are told apart when a log is read. */
export interface LogRecord extends OutputChunk {
  readonly time: Instant;
}

/** How many bytes of each stream. */
type Counts = Record<OutputChunk['stream'], number>;

export interface LogReading {
  /** What is kept at the time of the call, oldest first. */
  readonly records: AsyncIterable<LogRecord>;
  /** No run is writing any more. */
  readonly complete: boolean;
  /**
   * Bytes of the current run that are among the records and had not been received when the reading began: whoever also
   * listens to what is received from then on has them twice.
   */
  readonly ahead: Counts;
}

/**
 * Containers' logs. The guest writes them, on its data disk, as it passes on what containers write; here is known only how
 * much of it has been received. They are removed with the container's files.
 */
export class LogStore {
  readonly #agent: Agent;
  readonly #received = new Map<ContainerId, Counts>();

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** A run begins. */
  begin(id: ContainerId): void {
    this.#received.set(id, { stdout: 0, stderr: 0 });
  }

  /** The run has written this, and the guest has logged it. */
  received(id: ContainerId, { stream, bytes }: OutputChunk): void {
    const counts = this.#received.get(id);
    if (counts) counts[stream] += bytes.length;
  }

  /** The run has written everything. */
  end(id: ContainerId): void {
    this.#received.delete(id);
  }

  /** Adds what the engine says in the container's name. */
  async say(id: ContainerId, text: string, log: LogSpec): Promise<void> {
    await this.#agent.call('writeLog', { id, text, log });
  }

  async read(id: ContainerId): Promise<LogReading> {
    const run = this.#received.get(id);
    const { stdout, stderr } = run ?? { stdout: 0, stderr: 0 };
    const stream = this.#agent.openStream();
    const { logged } = await this.#agent.call('readLog', { id, stream: stream.id });
    // A run that was there and is not logged any more has been logged to its end.
    const end = run === undefined ? 0 : Infinity;
    const [out, err] = logged ?? [end, end];
    return {
      records: parseRecords(stream),
      complete: logged === null,
      ahead: { stdout: out - stdout, stderr: err - stderr },
    };
  }
}

/** What is received, without the first bytes of each stream. */
export async function* without(ahead: Counts, live: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk> {
  const left = { ...ahead };
  for await (const { stream, bytes } of live) {
    const known = Math.min(left[stream], bytes.length);
    left[stream] -= known;
    if (known < bytes.length) yield { stream, bytes: bytes.subarray(known) };
  }
}
