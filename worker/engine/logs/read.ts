import type { LogsOptions, OutputChunk } from '../../protocol/engine-api.ts';
import type { Clock } from '../clock.ts';
import { formatLogTime, parseNanoseconds } from '../time.ts';
import { countLines, LineJoiner, prefixLines, skipLines } from './lines.ts';
import type { LogReading, LogRecord } from './store.ts';
import { without } from './store.ts';

/** What `docker logs` shows, parsed. */
export interface LogQuery {
  readonly streams: ReadonlySet<OutputChunk['stream']>;
  readonly timestamps: boolean;
  /** Lines from the end; undefined is all. */
  readonly tail: number | undefined;
  /** Microseconds since 1970, both inclusive. */
  readonly since: number;
  readonly until: number;
  /** Put before each line. */
  readonly details?: string;
}

/** Parses the options; a tail that is no number is all, as in Docker. */
export function parseLogQuery(options: LogsOptions, details: () => string): LogQuery {
  const { stdout = false, stderr = false, timestamps = false, tail, since, until } = options;
  return {
    streams: new Set([...(stdout ? (['stdout'] as const) : []), ...(stderr ? (['stderr'] as const) : [])]),
    timestamps,
    tail: tail !== undefined && /^\+?\d+$/.test(tail) ? Number(tail) : undefined,
    since: since ? Number((parseNanoseconds(since) + 999n) / 1000n) : -Infinity,
    until: until && until !== '0' ? Number(parseNanoseconds(until) / 1000n) : Infinity,
    ...(options.details && { details: details() }),
  };
}

/** What is received while and after the log is read. */
export interface LiveOutput {
  readonly output: AsyncIterableIterator<OutputChunk>;
  readonly clock: Clock;
}

/**
 * The log as asked for, and what is received from then on when there is something live. Tail comes before everything
 * else: it counts the lines of both streams and of any time.
 */
export async function* readLog(
  { records, complete, ahead }: LogReading,
  query: LogQuery,
  live?: LiveOutput,
): AsyncGenerator<OutputChunk> {
  const joiner = new LineJoiner();
  const kept = wholeLines(records, joiner, complete);
  try {
    yield* select(query.tail === undefined ? kept : lastLines(kept, query.tail), query);
    if (live === undefined) return;
    const received = timed(without(ahead, live.output), live.clock);
    yield* select(wholeLines(received, joiner, true), query);
  } finally {
    await live?.output.return?.();
  }
}

async function* select(records: AsyncIterable<LogRecord>, query: LogQuery): AsyncGenerator<OutputChunk> {
  for await (const record of records) {
    if (microseconds(record) > query.until) return;
    if (shown(record, query)) yield present(record, query);
  }
}

function shown(record: LogRecord, { streams, since }: LogQuery): boolean {
  return streams.has(record.stream) && microseconds(record) >= since;
}

function present({ stream, time, bytes }: LogRecord, { timestamps, details }: LogQuery): OutputChunk {
  const prefix = `${timestamps ? `${formatLogTime(time)} ` : ''}${details === undefined ? '' : `${details} `}`;
  return { stream, bytes: prefix === '' ? bytes : prefixLines(bytes, new TextEncoder().encode(prefix)) };
}

function microseconds({ time }: LogRecord): number {
  return Math.round(time * 1000);
}

async function* timed(output: AsyncIterable<OutputChunk>, clock: Clock): AsyncGenerator<LogRecord> {
  for await (const chunk of output) yield { ...chunk, time: clock.now() };
}

/** Lines that have no end yet are not in the log; when nothing more can come, they are. */
export async function* wholeLines(
  records: AsyncIterable<LogRecord>,
  joiner: LineJoiner,
  complete: boolean,
): AsyncGenerator<LogRecord> {
  for await (const record of records) yield* joiner.push(record);
  if (complete) yield* joiner.flush();
}

async function* lastLines(records: AsyncIterable<LogRecord>, count: number): AsyncGenerator<LogRecord> {
  const kept: { record: LogRecord; lines: number }[] = [];
  let total = 0;
  for await (const record of records) {
    const lines = countLines(record.bytes);
    kept.push({ record, lines });
    total += lines;
    for (let first = kept[0]; first && total - first.lines >= count; first = kept[0]) {
      kept.shift();
      total -= first.lines;
    }
  }
  for (const { record, lines } of kept) {
    const skipped = Math.min(lines, Math.max(0, total - count));
    total -= skipped;
    if (skipped < lines) yield { ...record, bytes: skipLines(record.bytes, skipped) };
  }
}
