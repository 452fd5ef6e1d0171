import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryClient } from '../http/memory-connection.suite.ts';
import { websocketConnection } from './connection.ts';
import { decodeFrames, encodeFrame, opcode, ProtocolError } from './frames.ts';

/** As a client sends it. */
function masked(
  code: number,
  payload: Uint8Array,
  mask = Uint8Array.of(1, 2, 3, 4),
  final = true,
): Uint8Array {
  const plain = encodeFrame(code, payload);
  const head = plain.slice(0, plain.length - payload.length);
  head[0] = (final ? 0x80 : 0) | code;
  head[1] = (head[1] ?? 0) | 0x80;
  return Uint8Array.from([...head, ...mask, ...payload.map((byte, index) => byte ^ mask[index % 4]!)]);
}

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
  for (const [index, from] of places.slice(0, -1).entries()) {
    await Promise.resolve();
    yield bytes.subarray(from, places[index + 1]);
  }
}

test('what a client sends in any frames and pieces is what is read', async () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 });
  const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(payloads, mask, fc.array(fc.nat(1500), { maxLength: 6 }), async (given, key, cuts) => {
      const bytes = Uint8Array.from(
        given.flatMap((payload, index) => [
          ...masked(
            index === 0 ? opcode.binary : opcode.continuation,
            payload,
            key,
            index === given.length - 1,
          ),
        ]),
      );
      const read: number[] = [];
      const places = cuts.filter((cut) => cut < bytes.length);
      for await (const { payload } of decodeFrames(pieces(bytes, places))) read.push(...payload);
      expect(read).toEqual(given.flatMap((payload) => [...payload]));
    }),
  );
});

test('any bytes are frames, or end, or are against the protocol', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
      try {
        for await (const frame of decodeFrames(pieces(bytes, [])))
          expect(frame.payload.length).toBeLessThan(100);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
  );
});

test.each([
  [5, 2],
  [126, 4],
  [65_535, 4],
  [65_536, 10],
])('a frame of %i bytes has a head of %i', (length, head) => {
  expect(encodeFrame(opcode.binary, new Uint8Array(length)).length).toBe(head + length);
});

test('pings are answered, data goes both ways, and a close ends the input and is answered', async () => {
  const client = new MemoryClient();
  const socket = websocketConnection(client.connection, 'binary');
  client.send(masked(opcode.ping, Uint8Array.of(7)));
  client.send(masked(opcode.text, Uint8Array.of(104, 105)));
  client.send(masked(opcode.close, Uint8Array.of(3, 232)));
  const read: number[] = [];
  for await (const bytes of socket.input) read.push(...bytes);
  expect(read).toEqual([104, 105]);
  expect(client.received).toBe('\x8a\x01\x07\x88\x02\x03\xe8');
  expect(client.isOver).toBe(true);
});

test('a frame without a mask ends the socket with the code of a protocol error', async () => {
  const client = new MemoryClient();
  const socket = websocketConnection(client.connection, 'binary');
  client.send(encodeFrame(opcode.text, Uint8Array.of(1)));
  for await (const bytes of socket.input) throw new Error(`${bytes.length} bytes of nothing`);
  expect(client.received).toBe('\x88\x02\x03\xea');
});
