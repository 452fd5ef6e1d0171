import { createServer, connect, type ClientHttp2Session, type Http2Session } from 'node:http2';
import { Duplex, PassThrough } from 'node:stream';
import {
  array,
  assert,
  asyncProperty,
  integer,
  nat,
  property,
  record,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../http/connection.ts';
import { Http2Connection } from './connection.ts';
import { encodeHeaders, HeaderDecoder } from './hpack.ts';
import { decodeHuffman } from './huffman.ts';
import { Http2Stream, type StreamOwner, streamWindow } from './stream.ts';

/** Two ends: one for Node's implementation, one for ours. */
function ends(): { theirs: Duplex; ours: Connection } {
  const input = new PassThrough();
  const theirs = new Duplex({
    read: () => undefined,
    write: (bytes, _encoding, done) => void input.write(bytes, done),
    final: (done) => void input.end(done),
    destroy: (_error, done) => void input.end(() => done(null)),
  });
  const ours: Connection = {
    input,
    write: async (bytes) => void theirs.push(bytes),
    end: async () => void theirs.push(null),
    reset: () => theirs.destroy(),
    gone: new AbortController().signal,
  };
  return { theirs, ours };
}

/** A connection whose input is this and nothing more. */
function saying(bytes: Uint8Array): Connection {
  return {
    input: (async function* () {
      yield await Promise.resolve(bytes);
    })(),
    write: () => Promise.resolve(),
    end: () => Promise.resolve(),
    reset: () => undefined,
    gone: new AbortController().signal,
  };
}

async function joined(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Sends back what has come, and how much that was in a field behind it. */
async function echo(stream: Http2Stream): Promise<void> {
  const fields = new Map(await stream.headers);
  await stream.sendHeaders([
    [':status', '200'],
    ['said', fields.get('say') ?? ''],
  ]);
  let size = 0;
  for await (const bytes of stream.input()) {
    size += bytes.length;
    await stream.write(bytes);
  }
  await stream.sendHeaders([['size', String(size)]], true);
}

function tryEcho(stream: Http2Stream): void {
  echo(stream).catch(() => undefined);
}

function serve(bytes: Uint8Array): Promise<void> {
  return new Http2Connection(saying(bytes), () => undefined).run();
}

describe('with another implementation', () => {
  test('a server answers many streams at once, each longer than the windows', async () => {
    const { theirs, ours } = ends();
    const connection = new Http2Connection(ours, (stream) => void echo(stream));
    const over = connection.run();
    const session: ClientHttp2Session = connect('http://localhost', {
      createConnection: () => theirs,
      maxSessionMemory: 100,
    });
    const large = Buffer.alloc(3 * streamWindow, 'abcdefghijk');
    const one = async (at: number) => {
      const request = session.request({
        ':method': 'POST',
        ':path': '/',
        say: `stream ${at} ü`.repeat(at + 1),
      });
      const trailers = new Promise<Record<string, unknown>>((resolve) => request.on('trailers', resolve));
      const headers = new Promise<Record<string, unknown>>((resolve) => request.on('response', resolve));
      request.end(large);
      expect((await joined(request)).equals(large)).toBe(true);
      expect((await headers)['said']).toBe(`stream ${at} ü`.repeat(at + 1));
      expect((await trailers)['size']).toBe(String(large.length));
    };
    await Promise.all([0, 1, 2, 3].map(one));
    session.close();
    await over;
  });

  test('a client asks, and hears of pings and of a stream that is given up', async () => {
    const { theirs, ours } = ends();
    const server = createServer({ settings: { initialWindowSize: 1000 } });
    const begun = new Promise<Http2Session>((resolve) => server.on('session', resolve));
    server.on('stream', (stream, headers) => {
      if (headers[':path'] === '/no') return stream.close(8);
      stream.respond({ ':status': 200, 'x-path': headers[':path'] }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ done: 'yes' }));
      stream.pipe(stream);
    });
    server.emit('connection', theirs);
    const connection = new Http2Connection(ours);
    const over = connection.run();
    const open = (path: string) =>
      connection.open([
        [':method', 'POST'],
        [':scheme', 'http'],
        [':path', path],
        [':authority', 'a'],
      ]);
    const stream = await open('/yes');
    const large = Buffer.alloc(100_000, 'xyz');
    const sent = stream.write(large).then(() => stream.end());
    expect((await joined(stream.input())).equals(large)).toBe(true);
    await sent;
    expect(new Map(await stream.headers).get('x-path')).toBe('/yes');
    expect(await stream.trailers).toEqual([['done', 'yes']]);
    const refused = await open('/no');
    await expect(refused.headers).rejects.toThrow('given up');
    await expect(joined(refused.input())).rejects.toThrow('given up');
    const session = await begun;
    const payload = Buffer.from('12345678');
    const echoed = await new Promise((resolve, reject) => {
      session.ping(payload, (error, _duration, answer) => (error ? reject(error) : resolve(answer)));
    });
    expect(echoed).toEqual(payload);
    const unfinished = await open('/yes');
    await unfinished.headers;
    session.destroy();
    await over.catch(() => undefined);
    await expect(joined(unfinished.input())).rejects.toThrow();
  });
});

describe('hostile input', () => {
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

  test('ends the connection and nothing else', async () => {
    const frames = array(
      record({
        type: integer({ min: 0, max: 10 }),
        flags: nat(255),
        stream: nat(9),
        payload: uint8Array({ maxLength: 40 }),
      }),
    );
    await assert(
      asyncProperty(frames, uint8Array(), async (list, rest) => {
        const bytes = list.map(({ type, flags, stream, payload }) => {
          const head = Buffer.alloc(9);
          head.writeUIntBE(payload.length, 0, 3);
          head.writeUInt8(type, 3);
          head.writeUInt8(flags, 4);
          head.writeUInt32BE(stream, 5);
          return Buffer.concat([head, payload]);
        });
        const connection = new Http2Connection(saying(Buffer.concat([preface, ...bytes, rest])), tryEcho);
        await connection.run().catch((error: unknown) => expect(error).toBeInstanceOf(Error));
      }),
    );
  });

  test('a large frame, a wrong preface, an endless header block, more than was granted', async () => {
    await expect(serve(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).rejects.toThrow('no preface');
    await expect(serve(Buffer.concat([preface, Buffer.alloc(9, 255)]))).rejects.toThrow('a frame of');
    const part = Buffer.concat([Buffer.from([0, 0x40, 0, 9, 0, 0, 0, 0, 1]), Buffer.alloc(0x4000)]);
    const begin = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 1]);
    await expect(serve(Buffer.concat([preface, begin, ...Array<Buffer>(20).fill(part)]))).rejects.toThrow(
      'too large',
    );
    const nothing = Buffer.from([0, 0, 0, 9, 0, 0, 0, 0, 1]);
    await expect(serve(Buffer.concat([preface, begin, ...Array<Buffer>(300).fill(nothing)]))).rejects.toThrow(
      'too large',
    );
    const stream = new Http2Stream({} as StreamOwner, 1, 0);
    stream.takeData(new Uint8Array(streamWindow), false);
    expect(() => stream.takeData(new Uint8Array(1), false)).toThrow('granted');
  });
});

function decoding(hex: string): () => unknown {
  return () => new HeaderDecoder().decode(Buffer.from(hex, 'hex'));
}

describe('header fields', () => {
  const text = string({
    unit: integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
  });

  test('come back as they were', () => {
    assert(
      property(array(tuple(text, text)), (fields) => {
        expect(new HeaderDecoder().decode(encodeHeaders(fields))).toEqual(fields);
      }),
    );
  });

  /** https://www.rfc-editor.org/rfc/rfc7541#appendix-C.4 and C.5: packed strings, a table that fills. */
  test('the examples of the specification', () => {
    const decoder = new HeaderDecoder();
    const decode = (hex: string) => decoder.decode(Buffer.from(hex, 'hex')).map((field) => field.join(': '));
    expect(decode('828684418cf1e3c2e5f23a6ba0ab90f4ff')).toEqual([
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: www.example.com',
    ]);
    expect(decode('828684be5886a8eb10649cbf').slice(3)).toEqual([
      ':authority: www.example.com',
      'cache-control: no-cache',
    ]);
    expect(decode('828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf').slice(2)).toEqual([
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ]);
  });

  test('what is none is refused', () => {
    expect(decoding('ff')).toThrow('cut off');
    expect(decoding('c0')).toThrow('no header field');
    expect(decoding('ffffffffffff')).toThrow('too large');
    expect(decoding('3fffff03')).toThrow('a table of');
    expect(() => decodeHuffman(new Uint8Array([255, 255, 255, 255]))).toThrow('stands for nothing');
    expect(() => decodeHuffman(new Uint8Array([255, 255]))).toThrow('cut off');
  });
});
