import { commandMessage, encodeMessage, maxMessage, u32 } from '../protocol/cli.ts';
import type { Queue } from './queue.ts';
import { FileError } from './session.ts';
import type { ClientFiles } from './session.ts';
import { encodeText } from './text.ts';

export type FileAnswer = { result: number } | { data: Uint8Array };

/** Flags of open(2) on Linux i386. */
const flag = { readOnly: 0, create: 0o101 | 0o1000 | 0o2000000, closeOnExec: 0o2000000 } as const;
const noSuchFile = 2;
const inputOutputError = 5;

/** The program's files, one request after the other. */
export class RelayFiles implements ClientFiles {
  readonly #send: (message: Uint8Array) => Promise<void>;
  readonly #answers: AsyncIterator<FileAnswer>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(send: (message: Uint8Array) => Promise<void>, answers: Queue<FileAnswer>) {
    this.#send = send;
    this.#answers = answers[Symbol.asyncIterator]();
  }

  read(path: string): Promise<Uint8Array> {
    return this.#withFile(path, flag.readOnly | flag.closeOnExec, (file) => this.#readAll(file, path));
  }

  write(path: string, bytes: Uint8Array): Promise<void> {
    return this.#withFile(path, flag.create, (file) => this.#writeAll(file, path, bytes));
  }

  async exists(path: string): Promise<boolean> {
    try {
      await this.#withFile(path, flag.readOnly | flag.closeOnExec, () => Promise.resolve());
      return true;
    } catch (error) {
      if (error instanceof FileError && error.errno === noSuchFile) return false;
      throw error;
    }
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array>> {
    const file = await this.#open(path, flag.readOnly | flag.closeOnExec);
    return this.#chunks(file, path);
  }

  async *#chunks(file: number, path: string): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const answer = await this.#request(commandMessage.readFile, u32(file, maxMessage));
        if (!('data' in answer)) throw new FileError('read', path, -answer.result);
        if (answer.data.length === 0) return;
        yield answer.data;
      }
    } finally {
      await this.#request(commandMessage.closeFile, u32(file));
    }
  }

  /** One file at a time: an answer belongs to the request before it. */
  #withFile<T>(path: string, flags: number, use: (file: number) => Promise<T>): Promise<T> {
    const run = this.#last.then(async () => {
      const file = await this.#open(path, flags);
      try {
        return await use(file);
      } finally {
        await this.#request(commandMessage.closeFile, u32(file));
      }
    });
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #open(path: string, flags: number): Promise<number> {
    const payload = join(u32(flags, 0o644), encodeText(`${path}\0`));
    return resultOf(await this.#request(commandMessage.open, payload), 'open', path);
  }

  async #readAll(file: number, path: string): Promise<Uint8Array> {
    let all = new Uint8Array();
    for (;;) {
      const answer = await this.#request(commandMessage.readFile, u32(file, maxMessage));
      if (!('data' in answer)) throw new FileError('read', path, -answer.result);
      if (answer.data.length === 0) return all;
      all = join(all, answer.data);
    }
  }

  async #writeAll(file: number, path: string, bytes: Uint8Array): Promise<void> {
    const most = maxMessage - 4;
    for (let offset = 0; offset < bytes.length;) {
      const payload = join(u32(file), bytes.subarray(offset, offset + most));
      offset += resultOf(await this.#request(commandMessage.writeFile, payload), 'write', path);
    }
  }

  async #request(type: number, payload: Uint8Array): Promise<FileAnswer> {
    await this.#send(encodeMessage(type, payload));
    const { value, done } = await this.#answers.next();
    return done ? { result: -inputOutputError } : value;
  }
}

function resultOf(answer: FileAnswer, operation: string, path: string): number {
  if (!('result' in answer)) throw new FileError(operation, path, inputOutputError);
  if (answer.result < 0) throw new FileError(operation, path, -answer.result);
  return answer.result;
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(left.length + right.length);
  out.set(left);
  out.set(right, left.length);
  return out;
}
