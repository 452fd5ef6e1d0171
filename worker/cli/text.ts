import type { Sink } from '../protocol/engine-api.ts';
import { decodeText as decodeExactly, encodeText as encodeExactly } from '../oci/text.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneByte = /[\udc80-\udcff]/;

/** Bytes that are no UTF-8 come back as they were: names of files may hold any. */
export function encodeText(text: string): Uint8Array {
  return loneByte.test(text) ? encodeExactly(text) : encoder.encode(text);
}

export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeExactly(bytes);
  }
}

/** Prints text as a program's standard stream does. */
export class Printer {
  readonly sink: Sink;
  constructor(sink: Sink) {
    this.sink = sink;
  }

  async print(text: string): Promise<void> {
    if (text !== '') await this.sink.write(encodeText(text));
  }

  println(text = ''): Promise<void> {
    return this.print(`${text}\n`);
  }
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
