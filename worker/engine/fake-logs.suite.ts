import type { ContainerSpec, LogReading } from '../protocol/agent.ts';
import { logHeaderSize, writeLogHeader } from '../protocol/log.ts';
import type { FakeStream } from './fake-agent.suite.ts';

/** A record as the guest writes it. */
export function logRecord(isError: boolean, bytes: Uint8Array, milliseconds: number): Uint8Array {
  const record = new Uint8Array(logHeaderSize + bytes.length);
  const seconds = Math.floor(milliseconds / 1000);
  const nanoseconds = Math.round((milliseconds - seconds * 1000) * 1e6);
  writeLogHeader(record, isError, bytes.length, seconds, nanoseconds);
  record.set(bytes, logHeaderSize);
  return record;
}

/** The logs on the data disk of a fake guest: what is sent on a container's streams is kept at once. */
export class FakeLogs {
  readonly #files = new Map<string, Uint8Array[]>();
  readonly #runs = new Map<string, { logged: [number, number]; open: number }>();

  begin({ id, log, process: { stdio } }: ContainerSpec, streams: ReadonlyMap<number, FakeStream>): void {
    if (log === undefined) return;
    const ids = 'tty' in stdio ? [stdio.tty] : [stdio.stdout, stdio.stderr];
    this.#runs.set(id, { logged: [0, 0], open: ids.length });
    ids.forEach((stream, i) =>
      streams.get(stream ?? -1)?.tap({
        sent: (bytes) => this.append(id, i === 1, bytes),
        finished: () => this.#ended(id),
      }),
    );
  }

  append(id: string, isError: boolean, bytes: Uint8Array): void {
    const run = this.#runs.get(id);
    if (run) run.logged[isError ? 1 : 0] += bytes.length;
    this.#file(id).push(logRecord(isError, bytes, Date.now()));
  }

  read(id: string, stream: FakeStream): LogReading {
    for (const record of this.#file(id)) void stream.send(record);
    stream.finish();
    const run = this.#runs.get(id);
    return { logged: run === undefined ? null : [...run.logged] };
  }

  remove(id: string): void {
    this.#files.delete(id);
  }

  #ended(id: string): void {
    const run = this.#runs.get(id);
    if (run === undefined || --run.open > 0) return;
    this.#runs.delete(id);
    this.#file(id).push(logRecord(false, new Uint8Array(0), Date.now()));
  }

  #file(id: string): Uint8Array[] {
    const file = this.#files.get(id) ?? [];
    this.#files.set(id, file);
    return file;
  }
}
