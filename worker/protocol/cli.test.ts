import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clientMessage,
  decodeSize,
  decodeStart,
  encodeMessage,
  encodeSize,
  encodeStart,
  maxMessage,
  MessageReader,
  readI32,
  u32,
} from './cli.ts';
import type { Message } from './cli.ts';

const text = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.map((byte) => byte || 1));
const size = fc.record({
  rows: fc.integer({ min: 1, max: 65535 }),
  cols: fc.integer({ min: 1, max: 65535 }),
});
const start = fc.record({
  args: fc.array(text, { maxLength: 5 }),
  env: fc.array(text, { maxLength: 5 }),
  cwd: text,
  tty: fc.record({ stdin: fc.boolean(), stdout: fc.boolean(), stderr: fc.boolean() }),
  size: fc.option(size, { nil: undefined }),
});
const message = fc.record({
  type: fc.integer({ min: 1, max: 255 }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

function read(pieces: Uint8Array[]): Message[] {
  const reader = new MessageReader();
  const found: Message[] = [];
  for (const piece of pieces) {
    reader.push(piece, ({ type, payload }) => found.push({ type, payload: payload.slice() }));
  }
  return found;
}

function cut(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('messages', () => {
  test('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(5000)), (messages, places) => {
        const bytes = Uint8Array.from(messages.flatMap((m) => [...encodeMessage(m.type, m.payload)]));
        expect(read(cut(bytes, places))).toEqual(messages);
      }),
    );
  });

  test('longer than allowed are refused', () => {
    const reader = new MessageReader();
    const long = encodeMessage(clientMessage.stdin, new Uint8Array(maxMessage + 1));
    expect(() => reader.push(long, () => undefined)).toThrow('message of type 2');
  });

  test('numbers', () => {
    expect(readI32(u32(-2))).toBe(-2);
    fc.assert(
      fc.property(size, (value) => {
        expect(decodeSize(encodeSize(value))).toEqual(value);
      }),
    );
  });
});

describe('start', () => {
  test('comes out as it went in', () => {
    fc.assert(
      fc.property(start, (value) => {
        expect(decodeStart(encodeStart(value))).toEqual(value);
      }),
    );
  });

  test('any bytes give a start or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decodeStart(bytes);
        } catch (error) {
          expect(String(error)).toContain('malformed start message');
        }
      }),
    );
  });
});
