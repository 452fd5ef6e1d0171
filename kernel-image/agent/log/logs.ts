import type { LogReading, LogSpec } from '../../../worker/protocol/agent.ts';
import { containerPath } from '../container/paths.ts';
import type { Streams } from '../streams.ts';
import { LogFile, openLog } from './log-file.ts';

/** Containers' logs on the data disk. */
export class Logs {
  readonly #streams: Streams;
  /** Those that are written. */
  readonly #open = new Map<string, LogFile>();

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** The log of a run that begins. */
  begin(id: string, limits: LogSpec): LogFile {
    return new LogFile(logPath(id), limits, {
      held: (log) => void this.#open.set(id, log),
      released: (log) => {
        if (this.#open.get(id) === log) this.#open.delete(id);
      },
    });
  }

  /** Sends all there is to a stream; what is written from now on is not part of it. */
  read(id: string, stream: number): LogReading {
    this.#streams.sendFiles(stream, openLog(logPath(id)));
    const log = this.#open.get(id);
    return { logged: log === undefined ? null : [...log.logged] };
  }

  /** What the engine says in the name of a container. */
  write(id: string, text: string, limits: LogSpec): void {
    const log = this.begin(id, limits);
    const bytes = new Uint8Array(encode(text));
    log.hold();
    log.append(true, bytes.subarray(0, bytes.length - 1));
    log.release();
  }
}

const logPath = (id: string): string => `${containerPath(id)}/${id}.log`;
