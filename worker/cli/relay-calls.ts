import {
  argument,
  callFixedSize,
  callFlag,
  commandMessage,
  encodeMessage,
  maxFilled,
} from '../protocol/cli.ts';
import { writeU32 } from '../protocol/frame.ts';
import type { Queue } from './queue.ts';
import { encodeText } from './text.ts';
import { concat } from '../oci/bytes.ts';

/** What the program answers to a call: the result or a negative errno, and what the kernel has filled in. */
export interface CallAnswer {
  readonly result: number;
  readonly bytes: Uint8Array;
}

/** Stands for the result of the last call that was kept. */
export const kept = Symbol('kept');

/** A path or other text, bytes, or room for what the kernel fills in: `filled` has the result say how much that is. */
export type CallArgument =
  | number
  | string
  | Uint8Array
  | typeof kept
  | { readonly filled: number }
  | { readonly whole: number };

export interface CallOptions {
  readonly keep?: boolean;
  readonly chained?: boolean;
}

const inputOutputError = 5;
const mostUnsent = 64 * 1024;
const sentEnough = Promise.resolve();

/** System calls of the client's program, made in the order in which they are asked for; the next need not wait for the answer. */
export class RelayCalls {
  readonly #send: (message: Uint8Array) => Promise<void>;
  readonly #waiting: ((answer: CallAnswer) => void)[] = [];
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** All that is unsent will go with what is sent next. */
  #isDue = false;
  #sending: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(send: (message: Uint8Array) => Promise<void>, answers: Queue<CallAnswer>) {
    this.#send = send;
    void this.#hear(answers);
  }

  /** A chained call is sent a little later, with those after it. `sent` resolves when there is room for more; `answer` never rejects: a client that is gone answers with EIO. */
  call(
    number: number,
    args: readonly CallArgument[],
    options: CallOptions = {},
  ): { sent: Promise<void>; answer: Promise<CallAnswer> } {
    const answer = new Promise<CallAnswer>((resolve) => {
      if (this.#ended) resolve(lost);
      else this.#waiting.push(resolve);
    });
    const message = encodeMessage(commandMessage.call, encodeCall(number, args, options));
    return { sent: this.#queue(message, options.chained === true), answer };
  }

  /** What is asked for while something is sent, or soon after what nobody waits for, goes in one piece. */
  #queue(message: Uint8Array, isPatient: boolean): Promise<void> {
    this.#unsent.push(message);
    this.#unsentBytes += message.length;
    const isFull = this.#unsentBytes >= mostUnsent;
    if (isPatient && !isFull) this.#timer ??= setTimeout(() => this.#flush(), 0);
    else this.#flush();
    return isFull || this.#ended ? this.#sending : sentEnough;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isDue) return;
    this.#isDue = true;
    this.#sending = this.#sending.then(() => this.#sendAll());
    this.#sending.catch(() => this.#end());
  }

  #sendAll(): Promise<void> {
    this.#isDue = false;
    this.#unsentBytes = 0;
    return this.#send(concat(this.#unsent.splice(0)));
  }

  async #hear(answers: Queue<CallAnswer>): Promise<void> {
    for await (const answer of answers) this.#waiting.shift()?.(answer);
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve(lost);
  }
}

const lost: CallAnswer = { result: -inputOutputError, bytes: new Uint8Array() };

function encodeCall(
  number: number,
  args: readonly CallArgument[],
  { keep = false, chained = false }: CallOptions,
): Uint8Array {
  const parts = args.map((arg) => (typeof arg === 'string' ? encodeText(`${arg}\0`) : arg));
  const length = parts.reduce<number>((sum, part) => sum + sizeOf(part), callFixedSize);
  const out = new Uint8Array(length);
  let how = (keep ? callFlag.keep : 0) | (chained ? callFlag.chained : 0);
  let offset = 0;
  parts.forEach((part, index) => {
    const [kind, value] = part instanceof Uint8Array ? [argument.bytes, offset] : plainArgument(part);
    how |= kind << (4 * index);
    writeU32(out, 8 + 4 * index, value >>> 0);
    if (part instanceof Uint8Array) out.set(part, callFixedSize + offset);
    offset += sizeOf(part);
  });
  writeU32(out, 0, number);
  writeU32(out, 4, how);
  return out;
}

function sizeOf(part: Exclude<CallArgument, string>): number {
  return part instanceof Uint8Array ? part.length : 0;
}

function plainArgument(part: Exclude<CallArgument, string | Uint8Array>): [kind: number, value: number] {
  if (part === kept) return [argument.kept, 0];
  if (typeof part === 'number') return [argument.number, part];
  if ('whole' in part) return [argument.whole, part.whole];
  return [argument.filled, Math.min(part.filled, maxFilled)];
}
