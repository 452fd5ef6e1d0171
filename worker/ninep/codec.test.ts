import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder, Encoder } from './buffer.ts';
import type { Message } from './messages.ts';
import * as m from './messages.ts';
import { decodeText, encodeText } from '../oci/text.ts';

const u8 = fc.nat(255);
const u16 = fc.nat(65535);
const u32 = fc.nat(0xffffffff);
const u64 = fc.maxSafeNat();
const string = fc.string({ unit: 'binary', maxLength: 50 });
const data = fc.uint8Array({ maxLength: 100 });
const qid = fc.record({ type: u8, version: u32, path: u64 });
const time = fc.record({ seconds: u64, nanoseconds: u64 });
const times = { atime: time, mtime: time };

function roundTrips<M>(message: Message<M>, body: fc.Arbitrary<M>): void {
  fc.assert(
    fc.property(body, (body) => {
      const encoder = new Encoder(new Uint8Array(4096));
      message.encode(encoder, body);
      const decoder = new Decoder(encoder.written());
      expect(message.decode(decoder)).toEqual(body);
      expect(decoder.exhausted).toBe(false);
      decoder.u8();
      expect(decoder.exhausted).toBe(true);
    }),
    { numRuns: 50 },
  );
}

describe('messages round-trip', () => {
  test('sessions', () => {
    roundTrips(m.Tversion, fc.record({ msize: u32, version: string }));
    roundTrips(m.Tattach, fc.record({ fid: u32, afid: u32, uname: string, aname: string, nUname: u32 }));
    roundTrips(m.Tflush, fc.record({ oldtag: u16 }));
    roundTrips(m.Twalk, fc.record({ fid: u32, newfid: u32, names: fc.array(string, { maxLength: 16 }) }));
    roundTrips(m.Rwalk, fc.record({ qids: fc.array(qid, { maxLength: 16 }) }));
  });

  test('attributes', () => {
    const numbers = { mode: u32, uid: u32, gid: u32, size: u64 };
    const more = { nlink: u64, rdev: u64, blksize: u64, blocks: u64, gen: u64, dataVersion: u64, valid: u64 };
    roundTrips(m.Rgetattr, fc.record({ ...more, qid, ...numbers, ...times, ctime: time, btime: time }));
    roundTrips(m.Tsetattr, fc.record({ fid: u32, valid: u32, ...numbers, ...times }));
    roundTrips(m.Rreadlink, fc.record({ target: string }));
    roundTrips(m.Txattrwalk, fc.record({ fid: u32, newfid: u32, name: string }));
  });

  test('data and locks', () => {
    roundTrips(m.Twrite, fc.record({ fid: u32, offset: u64, data }));
    roundTrips(m.Rread, fc.record({ data }));
    roundTrips(m.Dirent, fc.record({ qid, offset: u64, type: u8, name: string }));
    const range = { type: u8, start: u64, length: u64, procId: u32, clientId: string };
    roundTrips(m.Tlock, fc.record({ fid: u32, flags: u32, ...range }));
    roundTrips(m.Rgetlock, fc.record(range));
  });
});

test('negative times are two’s complement', () => {
  const encoder = new Encoder(new Uint8Array(16));
  encoder.u64(-1);
  encoder.u64(-(2 ** 33));
  expect(new DataView(encoder.written().slice().buffer).getBigInt64(0, true)).toBe(-1n);
  expect(new DataView(encoder.written().slice().buffer).getBigInt64(8, true)).toBe(-(2n ** 33n));
});

describe('exhaustion is recorded, not thrown', () => {
  test('while decoding anything', () => {
    const messages = Object.values(m).flatMap((value) =>
      'decode' in value ? [(d: Decoder) => value.decode(d)] : [],
    );
    fc.assert(
      fc.property(fc.constantFrom(...messages), data, (decode, bytes) => {
        const decoder = new Decoder(bytes);
        decode(decoder);
        expect(typeof decoder.exhausted).toBe('boolean');
      }),
    );
  });

  test('while encoding what does not fit', () => {
    for (let room = 0; room < 20; room++) {
      const encoder = new Encoder(new Uint8Array(room));
      encoder.u64(1);
      encoder.string('0123456789');
      expect(encoder.exhausted).toBe(true);
      expect(encoder.offset).toBeLessThanOrEqual(room);
    }
    const exact = new Encoder(new Uint8Array(20));
    exact.u64(1);
    exact.string('0123456789');
    expect(exact.exhausted).toBe(false);
  });

  test('a string of more than 65535 bytes does not fit', () => {
    const encoder = new Encoder(new Uint8Array(1 << 20));
    encoder.string('x'.repeat(65536));
    expect(encoder.exhausted).toBe(true);
  });
});

describe('text', () => {
  test('any bytes come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([...encodeText(decodeText(bytes))]).toEqual([...bytes]);
      }),
      { numRuns: 2000 },
    );
  });

  test('valid UTF-8 is decoded as the platform does', () => {
    fc.assert(
      fc.property(string, (text) => {
        expect(decodeText(new TextEncoder().encode(text))).toBe(text);
        expect([...encodeText(text)]).toEqual([...new TextEncoder().encode(text)]);
      }),
      { numRuns: 1000 },
    );
  });

  test('overlong forms and surrogates are bytes', () => {
    for (const bytes of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe0, 0x80, 0x80],
    ]) {
      expect(decodeText(Uint8Array.from(bytes))).toBe(
        String.fromCharCode(...bytes.map((byte) => 0xdc00 | byte)),
      );
    }
    expect(decodeText(new Uint8Array(20_000).fill(0x61))).toBe('a'.repeat(20_000));
  });
});
