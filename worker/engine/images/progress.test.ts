import { expect, test } from 'vitest';
import { counted, paced } from './progress.ts';

/** What is told of chunks that come at such times. */
function told(total: number, chunk: number, milliseconds: number): number[] {
  const seen: number[] = [];
  let time = 0;
  const tell = paced(
    total,
    (current) => seen.push(current),
    () => time,
  );
  for (let current = chunk; current <= Math.abs(total); current += chunk, time += milliseconds) tell(current);
  return seen;
}

test('not more than ten times a second, and of the end', () => {
  const quick = told(300_000_000, 50_000, 0.1);
  expect(quick.length).toBeLessThanOrEqual(8);
  expect(quick[0]).toBeLessThan(700_000);
  expect(quick.at(-1)).toBe(300_000_000);
});

test('a hundredth, and half a MB of what is large, where it comes slowly', () => {
  expect(told(1_000_000, 1000, 1000)).toHaveLength(91);
  const large = told(300_000_000, 50_000, 1000);
  expect((large[1] ?? 0) - (large[0] ?? 0)).toBe(550_000);
});

test('what is small, or of no known size', () => {
  expect(told(50, 50, 0)).toEqual([50]);
  expect(told(-1_000_000, 200_000, 1000)).toEqual([600_000]);
});

test('counts what passes by', async () => {
  const seen: number[] = [];
  const chunks = [];
  for await (const chunk of counted(twoChunks(), (current) => seen.push(current))) chunks.push(chunk.length);
  expect([chunks, seen]).toEqual([
    [3, 4],
    [3, 7],
  ]);
});

async function* twoChunks() {
  yield new Uint8Array(3);
  yield new Uint8Array(4);
}
