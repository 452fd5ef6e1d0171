import type { OutputChunk } from '../../protocol/engine-api.ts';
import type { Instant } from '../clock.ts';
import type { ContainerId } from '../ids.ts';

/** What a container wrote at once. Lines are told apart when a log is read. */
export interface LogRecord extends OutputChunk {
  readonly time: Instant;
}

/** Where containers' output is kept. */
export interface LogStore {
  /** The container's log, which is made when there is none. */
  open(id: ContainerId, options?: LogOptions): ContainerLog;
  delete(id: ContainerId): void;
}

export interface LogOptions {
  /** Bytes; what is older goes when they are used up. */
  readonly maxSize?: number;
}

export interface ContainerLog {
  /** A run begins: followers stay until it ends. */
  begin(): void;
  /** Keeps a copy; the chunk's bytes remain the caller's. */
  append(record: LogRecord): void;
  /** The run has written everything. */
  end(): void;
  /**
   * What is kept at the time of the call, oldest first; with `follow` also what is appended until the run ends. A reader
   * that is slower than the log is overwritten goes on with the oldest record there is.
   */
  read(options: { follow: boolean }): AsyncIterable<LogRecord>;
}
