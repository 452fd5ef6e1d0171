import type { Sink } from '../protocol/engine-api.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
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
