import type { Deferred } from '../deferred.ts';
import { deferred } from '../deferred.ts';
import type { ContainerId } from '../ids.ts';
import type { Cursor } from './ring.ts';
import { LogRing } from './ring.ts';
import type { ContainerLog, LogOptions, LogRecord, LogStore } from './store.ts';

/**
 * Logs in the worker's memory: 16 MB a container at most, the oldest output is dropped first, and nothing outlives a
 * reload. A container that writes little takes little.
 */
export class MemoryLogStore implements LogStore {
  readonly #logs = new Map<ContainerId, MemoryLog>();

  open(id: ContainerId, options: LogOptions = {}): ContainerLog {
    const log = this.#logs.get(id) ?? new MemoryLog(Math.min(options.maxSize ?? defaultSize, defaultSize));
    this.#logs.set(id, log);
    return log;
  }

  delete(id: ContainerId): void {
    this.#logs.get(id)?.end();
    this.#logs.delete(id);
  }
}

const defaultSize = 16 * 1024 * 1024;

class MemoryLog implements ContainerLog {
  readonly #ring: LogRing;
  #running = false;
  #changed: Deferred<void> | undefined;

  constructor(size: number) {
    this.#ring = new LogRing(size);
  }

  begin(): void {
    this.#running = true;
  }

  append(record: LogRecord): void {
    this.#ring.append(record);
    this.#wake();
  }

  end(): void {
    this.#running = false;
    this.#wake();
  }

  read({ follow }: { follow: boolean }): AsyncIterable<LogRecord> {
    const start = this.#ring.start();
    return follow ? this.#follow(start) : this.#upTo(start, this.#ring.end());
  }

  async *#upTo(cursor: Cursor, end: Cursor): AsyncGenerator<LogRecord> {
    while (cursor.block < end.block || (cursor.block === end.block && cursor.offset < end.offset)) {
      const record = this.#ring.next(cursor);
      if (record === undefined) return;
      yield record;
    }
  }

  async *#follow(cursor: Cursor): AsyncGenerator<LogRecord> {
    for (;;) {
      for (let record = this.#ring.next(cursor); record; record = this.#ring.next(cursor)) yield record;
      if (!this.#running) return;
      this.#changed ??= deferred();
      await this.#changed.promise;
    }
  }

  #wake(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }
}
