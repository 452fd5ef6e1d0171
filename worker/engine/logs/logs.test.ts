import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutputChunk } from '../../protocol/engine-api.ts';
import { countLines, LineJoiner, prefixLines, skipLines } from './lines.ts';
import type { AgentStream } from '../../protocol/agent-client.ts';
import type { LogsOptions } from '../../protocol/engine-api.ts';
import { logRecord } from '../fake-logs.suite.ts';
import { drain } from '../fixture.suite.ts';
import type { LogQuery } from './read.ts';
import { parseLogQuery, readLog } from './read.ts';
import { parseRecords } from './records.ts';
import type { LogReading, LogRecord } from './store.ts';

const stream = fc.constantFrom<OutputChunk['stream']>('stdout', 'stderr');
const text = fc.stringMatching(/^[ab\n]{0,40}$/).map((value) => new TextEncoder().encode(value));
const record: fc.Arbitrary<LogRecord> = fc.record({
  time: fc.double({ min: 0, max: 2e12, noNaN: true }),
  stream,
  bytes: fc.oneof(text, fc.uint8Array({ maxLength: 3000 })),
});
const decode = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

describe('lines', () => {
  test('joining changes no byte of a stream', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        const joiner = new LineJoiner();
        const lines = [...records.flatMap((each) => joiner.push(each)), ...joiner.flush()];
        for (const name of ['stdout', 'stderr'] as const) {
          const of = (list: readonly LogRecord[]) =>
            list
              .filter((each) => each.stream === name)
              .map(({ bytes }) => decode(bytes))
              .join('');
          expect(of(lines)).toBe(of(records));
        }
      }),
    );
  });

  test('every piece but the last of a stream and cut ones ends with a newline', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 30 }), (records) => {
        const joiner = new LineJoiner();
        const lines = records.flatMap((each) => joiner.push(each));
        expect(lines.every(({ bytes }) => bytes.at(-1) === 10)).toBe(true);
      }),
    );
  });

  test('counting and skipping agree', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 10 }), (bytes, skip) => {
        expect(countLines(skipLines(bytes, skip))).toBe(Math.max(0, countLines(bytes) - skip));
        expect(decode(prefixLines(bytes, new TextEncoder().encode('> '))).split('> ').length - 1).toBe(
          countLines(bytes),
        );
      }),
    );
  });
});

async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function reading(records: readonly LogRecord[], chunk = 1 << 20): LogReading {
  const bytes = records.flatMap(({ stream, time, bytes }) => [
    ...logRecord(stream === 'stderr', bytes, time),
  ]);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(Uint8Array.from(bytes.slice(at, at + chunk)));
  const stream = { output: streamed(chunks), reset: () => undefined } as unknown as AgentStream;
  return { records: parseRecords(stream), complete: true, ahead: { stdout: Infinity, stderr: Infinity } };
}

function query(options: LogsOptions): LogQuery {
  return parseLogQuery({ stdout: true, stderr: true, ...options }, () => 'a=1,b=2');
}

async function show(records: readonly LogRecord[], options: LogsOptions = {}): Promise<string> {
  const chunks = await drain(readLog(reading(records), query(options)));
  return chunks.map(({ bytes }) => decode(bytes)).join('');
}

const written = fc.record({
  time: fc.constant(1),
  stream,
  bytes: fc.stringMatching(/^[ab\n]{1,40}$/).map((value) => new TextEncoder().encode(value)),
});

test('records come through files of bytes, however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 20 }),
      fc.integer({ min: 1, max: 700 }),
      async (records, chunk) => {
        const found = await drain(reading(records, chunk).records);
        expect(found.map(({ stream, bytes }) => [stream, decode(bytes)])).toEqual(
          records.map(({ stream, bytes }) => [stream, decode(bytes)]),
        );
      },
    ),
  );
});

async function shown(bytes: Uint8Array): Promise<string[]> {
  const stream = { output: streamed([bytes]), reset: () => undefined } as unknown as AgentStream;
  return (await drain(parseRecords(stream))).map((each) => decode(each.bytes));
}

test('half a record at the end, and what cannot be one, end the log', async () => {
  const whole = logRecord(false, new TextEncoder().encode('whole\n'), 1);
  expect(await shown(Uint8Array.of(...whole, ...whole.subarray(0, -1)))).toEqual(['whole\n']);
  expect(await shown(Uint8Array.of(...whole, ...new Uint8Array(100_000).fill(0xff)))).toEqual(['whole\n']);
});

test('tail shows as many lines as asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(written, { maxLength: 20 }), fc.nat({ max: 12 }), async (records, tail) => {
      const all = await show(records);
      const last = await show(records, { tail: String(tail) });
      expect(all.endsWith(last)).toBe(true);
      const total = await drain(readLog(reading(records), query({}))).then((chunks) =>
        chunks.reduce((sum, { bytes }) => sum + countLines(bytes), 0),
      );
      expect(countLines(new TextEncoder().encode(last))).toBeLessThanOrEqual(tail);
      if (tail >= total) expect(last).toBe(all);
    }),
  );
});

function line(text: string, time: number, stream: 'stdout' | 'stderr' = 'stdout'): LogRecord {
  return { time, stream, bytes: new TextEncoder().encode(text) };
}

test('since, until, timestamps, details and odd tails', async () => {
  const log = [line('one\ntwo\n', 1000), line('err\n', 2000.5, 'stderr'), line('three', 3000)];
  expect(await show(log)).toBe('one\ntwo\nerr\nthree');
  expect(await show(log, { stderr: false, tail: '2' })).toBe('three');
  expect(await show(log, { tail: '0' })).toBe('');
  for (const tail of ['-1', 'all', 'random', ''])
    expect(await show(log, { tail })).toBe('one\ntwo\nerr\nthree');
  expect(await show(log, { since: '2.000500000' })).toBe('err\nthree');
  expect(await show(log, { since: '2.000500001' })).toBe('three');
  expect(await show(log, { until: '2.000500000' })).toBe('one\ntwo\nerr\n');
  expect(await show(log, { until: '0' })).toBe('one\ntwo\nerr\nthree');
  expect(await show(log, { timestamps: true, details: true, tail: '2' })).toBe(
    '1970-01-01T00:00:02.000500000Z a=1,b=2 err\n1970-01-01T00:00:03.000000000Z a=1,b=2 three',
  );
});

test('the end of a run ends its last line', async () => {
  const log = [line('one\nhalf', 1), line('', 1), line('next\n', 2)];
  expect(await show(log, { timestamps: true, tail: '2' })).toBe(
    '1970-01-01T00:00:00.001000000Z half1970-01-01T00:00:00.002000000Z next\n',
  );
});

test('lines of more than 16 kB are cut, and each piece counts', async () => {
  const log = [line('short\n', 1), line('x'.repeat(20_000), 2), line(`${'x'.repeat(20_000)}\nafter\n`, 3)];
  const pieces = (await drain(readLog(reading(log), query({})))).map(({ bytes }) => bytes.length);
  expect(pieces).toEqual([6, 16_384, 16_384, 7233, 6]);
  expect((await show(log, { tail: '2' })).length).toBe(7233 + 6);
});

async function* live(): AsyncGenerator<OutputChunk> {
  yield { stream: 'stdout', bytes: new TextEncoder().encode('logged, ') };
  yield { stream: 'stderr', bytes: new TextEncoder().encode('error\n') };
  yield { stream: 'stdout', bytes: new TextEncoder().encode('then new\n') };
}

test('what a follower is told once', async () => {
  const found = reading([line('logged, then', 1)]);
  const ahead = { stdout: 'logged, then'.length, stderr: 0 };
  const chunks = await drain(
    readLog({ ...found, complete: false, ahead }, query({}), { output: live(), clock: { now: () => 5 } }),
  );
  expect(chunks.map(({ bytes }) => decode(bytes)).join('')).toBe('error\nlogged, then new\n');
});
