import type { ByteReader } from './byte-reader.ts';
import { BadRequest } from './errors.ts';
import type { RequestHead } from './head.ts';

/** Bytes of a chunk's size line, its extensions with it, and of all trailers. */
const maxChunkLine = 4096;

/** A request's body. */
export interface Body {
  /** -1 when it comes in chunks. */
  readonly length: number;
  /** Read at most once, as far as the handler likes. Throws when what comes is no body. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Whether somebody has taken the bytes to read them. */
  readonly taken: boolean;
  /** Whether everything has been read. */
  readonly done: boolean;
}

/** The body that a head announces. `onRead` is awaited before the first byte is read, `onDone` called after the last. */
export function bodyOf(
  head: RequestHead,
  reader: ByteReader,
  onRead: () => Promise<void>,
  onDone: () => void,
): Body {
  const length = lengthOf(head);
  const parts = length < 0 ? chunked(reader) : counted(reader, length);
  const bytes = observed();
  const body = {
    length,
    taken: false,
    done: length === 0,
    get bytes() {
      body.taken = true;
      return bytes;
    },
  };
  if (body.done) onDone();
  async function* observed(): AsyncGenerator<Uint8Array> {
    if (body.done) return;
    await onRead();
    yield* parts;
    body.done = true;
    onDone();
  }
  return body;
}

/** https://github.com/golang/go/blob/go1.24.4/src/net/http/transfer.go#L621: chunked wins over a length. */
function lengthOf({ headers, minor }: RequestHead): number {
  const encodings = headers.all('transfer-encoding');
  if (encodings.length > 0 && minor > 0) {
    if (encodings.length > 1) throw new BadRequest(undefined, 'too many transfer encodings');
    if (encodings[0]?.toLowerCase() !== 'chunked') throw new UnsupportedEncoding();
    return -1;
  }
  const lengths = new Set(headers.all('content-length').map((value) => value.trim()));
  const [length = '0'] = lengths;
  if (lengths.size > 1 || !/^\d{1,18}$/.test(length)) throw new BadRequest();
  return Number(length);
}

class UnsupportedEncoding extends BadRequest {
  override readonly text = 'Unsupported transfer encoding';
  constructor() {
    super('501 Not Implemented');
  }
}

async function* counted(reader: ByteReader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0;) {
    const bytes = await reader.some(left);
    if (bytes === undefined) throw new BodyError('unexpected EOF');
    left -= bytes.length;
    yield bytes;
  }
}

async function* chunked(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (let size = await chunkSize(reader); size > 0; size = await chunkSize(reader)) {
    yield* counted(reader, size);
    if ((await readLine(reader)) !== '') throw new BodyError('malformed chunked encoding');
  }
  for (let left = maxChunkLine, line = '-'; line !== ''; left -= line.length) {
    line = await readLine(reader);
    if (left < 0) throw new BodyError('trailer headers too large');
  }
}

async function chunkSize(reader: ByteReader): Promise<number> {
  const line = (await readLine(reader)).replace(/[ \t]*(;.*)?$/, '');
  if (!/^[0-9a-f]+$/i.test(line)) throw new BodyError('invalid byte in chunk length');
  if (line.length > 12) throw new BodyError('http chunk length too large');
  return parseInt(line, 16);
}

async function readLine(reader: ByteReader): Promise<string> {
  const bytes = await reader.line(maxChunkLine, () => new BodyError('header line too long'));
  if (bytes === undefined) throw new BodyError('unexpected EOF');
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
}

/** What a handler that reads the body gets; Go's words. The connection is of no use afterwards. */
export class BodyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BodyError';
  }
}
