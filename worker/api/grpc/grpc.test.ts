import { connect } from 'node:http2';
import { Duplex, PassThrough } from 'node:stream';
import { array, assert, asyncProperty, integer, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../http/connection.ts';
import { Http2Connection } from '../http2/connection.ts';
import { call, GrpcCall } from './client.ts';
import { Fields, Message } from './message.ts';
import { framedMessage, readMessages } from './messages.ts';
import { type GrpcServices, serveGrpc, unary } from './server.ts';
import { GrpcError, grpcCodes } from './status.ts';

function connection(input: PassThrough, output: PassThrough): Connection {
  return {
    input,
    write: async (bytes) => void output.write(bytes),
    end: async () => void output.end(),
    reset: () => undefined,
    gone: new AbortController().signal,
  };
}

const services: GrpcServices = {
  '/a.B/Upper': unary((message) =>
    Promise.resolve(Buffer.from(Buffer.from(message).toString().toUpperCase())),
  ),
  '/a.B/Fail': unary(() => Promise.reject(new GrpcError(grpcCodes.notFound, 'no ü % such\nthing'))),
  '/a.B/Break': unary(() => Promise.reject(new Error('broken'))),
  async *'/a.B/Count'({ messages, metadata }) {
    for await (const message of messages) yield Buffer.from(`${metadata.get('prefix')}${message.length}`);
  },
};

/** Our client against our server. */
function pair(): { client: Http2Connection; close: () => void } {
  const [there, back] = [new PassThrough(), new PassThrough()];
  void serveGrpc(connection(there, back), services);
  const client = new Http2Connection(connection(back, there));
  void client.run();
  return { client, close: () => there.end() };
}

describe('calls', () => {
  test('one message each way, and how it may fail', async () => {
    const { client, close } = pair();
    const ask = async (method: string) =>
      Buffer.from(await call(client, `/a.B/${method}`, Buffer.from('abc'))).toString();
    expect(await ask('Upper')).toBe('ABC');
    await expect(ask('Fail')).rejects.toMatchObject({ code: 5, message: 'no ü % such\nthing' });
    await expect(ask('Break')).rejects.toMatchObject({ code: 2, message: 'broken' });
    await expect(ask('None')).rejects.toMatchObject({
      code: 12,
      message: 'unknown method None for service a.B',
    });
    await expect(ask('toString')).rejects.toMatchObject({ code: 12 });
    close();
  });

  test('many messages each way, of any size', async () => {
    const { client, close } = pair();
    const open = await GrpcCall.open(client, '/a.B/Count', [['prefix', 'n=']]);
    const sizes = [0, 1, 16_384, 1 << 20, 5];
    const sent = (async () => {
      for (const size of sizes) await open.send(new Uint8Array(size));
      await open.end();
    })();
    const answers: string[] = [];
    for await (const answer of open.answers()) answers.push(Buffer.from(answer).toString());
    await sent;
    expect(answers).toEqual(sizes.map((size) => `n=${size}`));
    close();
  });

  test('the details of an error are in the trailers', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const details = new Uint8Array([8, 5, 251, 255]);
    void serveGrpc(connection(there, back), {
      '/a.B/C': unary(() => Promise.reject(new GrpcError(5, 'no', details))),
    });
    const session = connect('http://a', {
      createConnection: () => Duplex.from({ readable: back, writable: there }),
    });
    const request = session.request({ ':method': 'POST', ':path': '/a.B/C' });
    request.end(framedMessage(new Uint8Array()));
    request.resume();
    const trailers = await new Promise<Record<string, unknown>>((resolve) => request.on('trailers', resolve));
    expect(trailers).toMatchObject({
      'grpc-status': '5',
      'grpc-message': 'no',
      'grpc-status-details-bin': 'CAX7/w',
    });
    session.destroy();
  });
});

async function read(...bytes: number[]): Promise<void> {
  const pieces = (async function* () {
    yield await Promise.resolve(new Uint8Array(bytes));
  })();
  for await (const _ of readMessages(pieces));
}

describe('messages', () => {
  test('are found again however they were cut', async () => {
    await assert(
      asyncProperty(
        array(uint8Array({ maxLength: 300 })),
        integer({ min: 1, max: 50 }),
        async (list, size) => {
          const all = Buffer.concat(list.map(framedMessage));
          const pieces = (async function* () {
            for (let at = 0; at < all.length; at += size)
              yield await Promise.resolve(all.subarray(at, at + size));
          })();
          const found: Uint8Array[] = [];
          for await (const message of readMessages(pieces)) found.push(Uint8Array.from(message));
          expect(found).toEqual(list);
        },
      ),
    );
  });

  test('that are packed, too large or cut off are refused', async () => {
    await expect(read(1, 0, 0, 0, 0)).rejects.toMatchObject({ code: grpcCodes.unimplemented });
    await expect(read(0, 255, 0, 0, 0)).rejects.toMatchObject({ code: grpcCodes.resourceExhausted });
    await expect(read(0, 0, 0, 0, 2, 1)).rejects.toMatchObject({ code: grpcCodes.internal });
  });

  test('have fields, and defaults where there are none', () => {
    const message = new Message()
      .text(1, 'one')
      .number(2, 7)
      .texts(3, { a: 'b', c: '' })
      .message(4, new Message().text(1, 'in'));
    const fields = new Fields(message.finish());
    expect([fields.text(1), fields.number(2), fields.texts(3), fields.message(4).text(1)]).toEqual([
      'one',
      7,
      new Map([
        ['a', 'b'],
        ['c', ''],
      ]),
      'in',
    ]);
    expect([fields.has(9), fields.text(9), fields.number(9), fields.allTexts(9)]).toEqual([false, '', 0, []]);
    assert(
      property(uint8Array(), (bytes) => {
        try {
          expect(new Fields(bytes).has(2 ** 30)).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
