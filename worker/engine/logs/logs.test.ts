import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutputChunk } from '../../protocol/engine-api.ts';
import { parseContainerId } from '../ids.ts';
import { countLines, LineJoiner, prefixLines, skipLines } from './lines.ts';
import { MemoryLogStore } from './memory.ts';
import { parseLogQuery, readLog } from './read.ts';
import { LogRing } from './ring.ts';
import type { LogRecord } from './store.ts';

const stream = fc.constantFrom<OutputChunk['stream']>('stdout', 'stderr');
const text = fc.stringMatching(/^[ab\n]{0,40}$/).map((value) => new TextEncoder().encode(value));
const record: fc.Arbitrary<LogRecord> = fc.record({
  time: fc.double({ min: 0, max: 2e12, noNaN: true }),
  stream,
  bytes: fc.oneof(text, fc.uint8Array({ maxLength: 3000 })),
});
const decode = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

function all(ring: LogRing): LogRecord[] {
  const cursor = ring.start();
  const out: LogRecord[] = [];
  for (let found = ring.next(cursor); found; found = ring.next(cursor)) out.push(found);
  return out;
}

function block(value: number): LogRecord {
  return { time: 1, stream: 'stdout', bytes: new Uint8Array(2000).fill(value) };
}

/** Neighbours of one time and stream count as one: a long record is kept in pieces. */
function whole(records: readonly LogRecord[]): string[] {
  const out: { key: string; content: string }[] = [];
  for (const { stream, time, bytes } of records.filter((each) => each.bytes.length > 0)) {
    const key = `${stream} ${time}`;
    const last = out.at(-1);
    if (last?.key === key) last.content += decode(bytes);
    else out.push({ key, content: decode(bytes) });
  }
  return out.map(({ key, content }) => `${key} ${content}`);
}

describe('ring', () => {
  test('keeps everything that fits, in order', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const ring = new LogRing(1 << 20);
        for (const each of records) ring.append(each);
        expect(whole(all(ring))).toEqual(whole(records));
      }),
    );
  });

  test('is bounded, and what it keeps is the end', () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 60 }),
        fc.integer({ min: 4096, max: 32_768 }),
        (records, size) => {
          const ring = new LogRing(size);
          for (const each of records) ring.append(each);
          expect(ring.size).toBeLessThanOrEqual(size);
          const kept = all(ring)
            .map(({ bytes }) => decode(bytes))
            .join('');
          expect(
            records
              .map(({ bytes }) => decode(bytes))
              .join('')
              .endsWith(kept),
          ).toBe(true);
        },
      ),
    );
  });

  test('a reader that was overtaken goes on with the oldest', () => {
    const ring = new LogRing(4096);
    const cursor = ring.start();
    ring.append(block(1));
    expect(ring.next(cursor)?.bytes[0]).toBe(1);
    for (let value = 2; value < 9; value += 1) ring.append(block(value));
    const next = ring.next(cursor)?.bytes[0];
    expect(next).toBeGreaterThanOrEqual(7);
  });
});

describe('lines', () => {
  test('joining changes no byte of a stream', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        const joiner = new LineJoiner();
        const lines = [...records.flatMap((each) => joiner.push(each) ?? []), ...joiner.flush()];
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
      fc.property(
        fc.array(fc.record({ time: fc.constant(1), stream, bytes: text }), { maxLength: 30 }),
        (records) => {
          const joiner = new LineJoiner();
          const lines = records.flatMap((each) => joiner.push(each) ?? []);
          expect(lines.every(({ bytes }) => bytes.at(-1) === 10)).toBe(true);
        },
      ),
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

test('tail shows as many lines as asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ time: fc.constant(1), stream, bytes: text }), { maxLength: 20 }),
      fc.nat({ max: 12 }),
      async (records, tail) => {
        const log = new MemoryLogStore().open(parseContainerId('a'.repeat(64)));
        for (const each of records) log.append(each);
        const read = async (query: object) => {
          let shown = 0;
          for await (const { bytes } of readLog(log, parseLogQuery({ stdout: true, stderr: true, ...query })))
            shown += countLines(bytes);
          return shown;
        };
        expect(await read({ tail: String(tail) })).toBe(Math.min(tail, await read({})));
      },
    ),
  );
});

test('a log of its own size', () => {
  const log = new MemoryLogStore().open(parseContainerId('b'.repeat(64)), { maxSize: 10 });
  log.append({ time: 1, stream: 'stdout', bytes: new Uint8Array(100) });
  log.append({ time: 1, stream: 'stdout', bytes: new Uint8Array(100_000) });
});
