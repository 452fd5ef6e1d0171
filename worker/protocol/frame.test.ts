import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameType } from './frame.ts';
import { encodeFrame, FrameReader, frameType, headerSize, maxPayload, readU32, writeU32 } from './frame.ts';

const types = Object.values(frameType);

const frames = fc.array(
  fc.record({
    type: fc.constantFrom<FrameType>(...types),
    flags: fc.integer({ min: 0, max: 255 }),
    id: fc.integer({ min: 0, max: 0xffffffff }),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 20 },
);

function read(chunks: readonly Uint8Array[]) {
  const reader = new FrameReader();
  const seen: { type: FrameType; flags: number; id: number; payload: Uint8Array }[] = [];
  for (const chunk of chunks) {
    reader.push(chunk, ({ type, flags, id, payload }) =>
      seen.push({ type, flags, id, payload: payload.slice() }),
    );
  }
  return seen;
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 30 }), (sent, places) => {
      const bytes = Buffer.concat(sent.map((f) => encodeFrame(f.type, f.id, f.payload, f.flags)));
      expect(read(cut(new Uint8Array(bytes), places))).toEqual(sent);
    }),
  );
});

test('the longest payload passes, byte by byte too', () => {
  const payload = new Uint8Array(maxPayload).map((_, i) => i);
  const bytes = encodeFrame(frameType.data, 7, payload);
  expect(bytes.length).toBe(headerSize + maxPayload);
  expect(
    read(
      cut(
        bytes,
        [...bytes.keys()].filter((i) => i % 997 === 0),
      ),
    ),
  ).toEqual([{ type: frameType.data, flags: 0, id: 7, payload }]);
});

describe('what cannot be a frame', () => {
  test('a payload that is too long is refused when it is written', () => {
    expect(() => encodeFrame(frameType.data, 1, new Uint8Array(maxPayload + 1))).toThrow(RangeError);
  });

  test.each([0, 10, 255])('type %i means that the two sides have lost step', (type) => {
    expect(() => read([new Uint8Array([type, 0, 0, 0, 0, 0, 0, 0])])).toThrow('out of step');
  });

  test('so does a length beyond the longest', () => {
    expect(() => read([new Uint8Array([frameType.data, 0, 0xff, 0xff, 0, 0, 0, 0])])).toThrow('out of step');
  });

  test('random bytes give frames or that error, nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
        try {
          read(chunks);
        } catch (error) {
          expect(String(error)).toContain('out of step');
        }
      }),
    );
  });
});

test('numbers are little-endian and unsigned', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const bytes = new Uint8Array(6);
      writeU32(bytes, 1, value);
      expect(new DataView(bytes.buffer).getUint32(1, true)).toBe(value);
      expect(readU32(bytes, 1)).toBe(value);
    }),
  );
});
