import { decodeHuffman } from './huffman.ts';

/** Header fields in their order; names are in lower case. */
export type Headers2 = readonly (readonly [name: string, value: string])[];

/** https://www.rfc-editor.org/rfc/rfc7541#appendix-A */
const staticTable: Headers2 = (
  ':authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|:status 200|:status 204|' +
  ':status 206|:status 304|:status 400|:status 404|:status 500|accept-charset|accept-encoding gzip, deflate|' +
  'accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|' +
  'content-disposition|content-encoding|content-language|content-length|content-location|content-range|content-type|' +
  'cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|' +
  'last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|' +
  'server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate'
)
  .split('|')
  .map((entry) => {
    const [name = '', ...value] = entry.split(' ');
    return [name, value.join(' ')] as const;
  });

/** Bytes of the dynamic table, which both sides start with; this side never allows another size. */
const tableSize = 4096;
/** Counted for an entry beside its text. */
const entryOverhead = 32;
/** Bytes of all fields of a message together. */
const largestList = 1 << 20;

/** Unpacks header blocks of one connection, which must come in the order in which they were sent. */
export class HeaderDecoder {
  #entries: (readonly [string, string])[] = [];
  #size = 0;
  #limit = tableSize;

  /** @throws Error when it is no header block; the connection is of no use then */
  decode(block: Uint8Array): Headers2 {
    const reader = new BlockReader(block);
    const fields: (readonly [string, string])[] = [];
    let size = 0;
    while (!reader.isOver) {
      const field = this.#field(reader);
      if (field === undefined) continue;
      size += sizeOf(field);
      if (size > largestList) throw new Error('too many header fields');
      fields.push(field);
    }
    return fields;
  }

  /** One representation; nothing for one that is no field. https://www.rfc-editor.org/rfc/rfc7541#section-6 */
  #field(reader: BlockReader): readonly [string, string] | undefined {
    const first = reader.peek();
    if (first >= 0x80) return this.#at(reader.integer(7));
    if (first >= 0x40) {
      const field = this.#literal(reader, 6);
      this.#add(field);
      return field;
    }
    if (first >= 0x20) return this.#resize(reader.integer(5));
    return this.#literal(reader, 4);
  }

  #literal(reader: BlockReader, bits: number): readonly [string, string] {
    const index = reader.integer(bits);
    const name = index === 0 ? reader.string() : this.#at(index)[0];
    return [name, reader.string()];
  }

  #at(index: number): readonly [string, string] {
    const field =
      index <= staticTable.length ? staticTable[index - 1] : this.#entries[index - 1 - staticTable.length];
    if (field === undefined) throw new Error(`no header field ${index}`);
    return field;
  }

  #add(field: readonly [string, string]): void {
    this.#entries.unshift(field);
    this.#size += sizeOf(field);
    this.#evict();
  }

  #resize(limit: number): undefined {
    if (limit > tableSize) throw new Error(`a table of ${limit} bytes`);
    this.#limit = limit;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#limit) {
      const last = this.#entries.pop();
      if (last === undefined) return;
      this.#size -= sizeOf(last);
    }
  }
}

function sizeOf([name, value]: readonly [string, string]): number {
  return name.length + value.length + entryOverhead;
}

class BlockReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Error('a header block that is cut off');
    return byte;
  }

  /** An integer whose first byte has as many bits of it. https://www.rfc-editor.org/rfc/rfc7541#section-5.1 */
  integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#next() & most;
    if (value < most) return value;
    for (let factor = 1; factor <= 2 ** 21; factor *= 128) {
      const byte = this.#next();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Error('an integer that is too large');
  }

  /** Of bytes, a character each. */
  string(): string {
    const isPacked = this.peek() >= 0x80;
    const length = this.integer(7);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new Error('a header block that is cut off');
    this.#at += length;
    return latin1(isPacked ? decodeHuffman(bytes) : bytes);
  }

  #next(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A header block that changes no table and is not packed. Characters are bytes. */
export function encodeHeaders(fields: Headers2): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of fields) {
    bytes.push(0);
    for (const text of [name, value]) {
      pushInteger(bytes, text.length);
      for (let at = 0; at < text.length; at++) bytes.push(text.charCodeAt(at) & 255);
    }
  }
  return new Uint8Array(bytes);
}

/** With seven bits in its first byte. */
function pushInteger(bytes: number[], value: number): void {
  if (value < 127) return void bytes.push(value);
  bytes.push(127);
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
