import { KernelError } from './errors.ts';

const wordsPerCall = 7;

/**
 * System calls that are made in one go: a call from the script costs five times what the kernel takes for a small one.
 * Built once, while there is time, and run as often as wanted; a child's run leaves the agent's copy as it was.
 */
export class Batch {
  readonly #words: number[] = [];
  readonly #steps: string[] = [];
  /** What the calls point to must live as long as they do. */
  readonly #texts: Uint8Array[] = [];
  #calls: Int32Array | undefined;

  /** Adds a call; `step` names it when it fails. Strings are passed by address. */
  add(step: string, number: number, ...args: (number | string)[]): void {
    const words = [number, ...args.map((arg) => (typeof arg === 'string' ? this.#text(arg) : arg))];
    while (words.length < wordsPerCall) words.push(0);
    this.#words.push(...words);
    this.#steps.push(step);
  }

  /** @throws KernelError of the first call that fails; the ones after it are not made */
  run(): void {
    const calls = (this.#calls ??= Int32Array.from(this.#words));
    const failed = batch(calls);
    if (failed < 0) return;
    const errno = calls[failed * wordsPerCall] ?? 0;
    calls[failed * wordsPerCall] = this.#words[failed * wordsPerCall] ?? 0;
    throw new KernelError(this.#steps[failed] ?? 'batch', errno);
  }

  #text(text: string): number {
    const bytes = new Uint8Array(encode(text));
    this.#texts.push(bytes);
    return address(bytes);
  }
}
