import type { LogsOptions, OutputChunk } from '../../protocol/engine-api.ts';
import { formatLogTime, parseTimestamp } from '../time.ts';
import { countLines, LineJoiner, prefixLines, skipLines } from './lines.ts';
import type { ContainerLog, LogRecord } from './store.ts';

/** What `docker logs` shows, parsed. */
export interface LogQuery {
  readonly streams: ReadonlySet<OutputChunk['stream']>;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Lines from the end; undefined is all. */
  readonly tail: number | undefined;
  readonly since: number;
  readonly until: number;
}

/** Parses the options; a tail that is no number is all, as in Docker. */
export function parseLogQuery(options: LogsOptions): LogQuery {
  const { stdout = false, stderr = false, follow = false, timestamps = false, tail, since, until } = options;
  return {
    streams: new Set([...(stdout ? (['stdout'] as const) : []), ...(stderr ? (['stderr'] as const) : [])]),
    follow,
    timestamps,
    tail: tail !== undefined && /^\+?\d+$/.test(tail) ? Number(tail) : undefined,
    since: since ? parseTimestamp(since) : -Infinity,
    until: until && until !== '0' ? parseTimestamp(until) : Infinity,
  };
}

/**
 * The log as asked for, as it is at the time of the call. Tail comes before everything else: it counts the lines of both
 * streams and of any time.
 */
export function readLog(log: ContainerLog, query: LogQuery): AsyncGenerator<OutputChunk> {
  const counted = query.tail === undefined ? undefined : log.read({ follow: false });
  return select(log.read({ follow: query.follow }), counted, query);
}

async function* select(
  records: AsyncIterable<LogRecord>,
  counted: AsyncIterable<LogRecord> | undefined,
  query: LogQuery,
): AsyncGenerator<OutputChunk> {
  let skip = counted === undefined ? 0 : Math.max(0, (await totalLines(counted)) - (query.tail ?? 0));
  for await (const record of wholeLines(records)) {
    const lines = skip === 0 ? 0 : countLines(record.bytes);
    const bytes = skip === 0 ? record.bytes : skipLines(record.bytes, skip);
    skip = Math.max(0, skip - lines);
    if (record.time > query.until) return;
    if (bytes.length > 0 && shown(record, query)) yield present({ ...record, bytes }, query);
  }
}

function shown({ stream, time }: LogRecord, { streams, since }: LogQuery): boolean {
  return streams.has(stream) && time >= since;
}

function present({ stream, time, bytes }: LogRecord, { timestamps }: LogQuery): OutputChunk {
  if (!timestamps) return { stream, bytes };
  return { stream, bytes: prefixLines(bytes, new TextEncoder().encode(`${formatLogTime(time)} `)) };
}

async function totalLines(records: AsyncIterable<LogRecord>): Promise<number> {
  let total = 0;
  for await (const { bytes } of wholeLines(records)) total += countLines(bytes);
  return total;
}

async function* wholeLines(records: AsyncIterable<LogRecord>): AsyncGenerator<LogRecord> {
  const joiner = new LineJoiner();
  for await (const record of records) {
    const lines = joiner.push(record);
    if (lines !== undefined) yield lines;
  }
  yield* joiner.flush();
}
