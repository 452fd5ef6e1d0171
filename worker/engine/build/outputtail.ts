/** Lines that are kept, and characters of them all. */
const [mostLines, mostCharacters] = [12, 2000];

/** The last lines of what a program prints, without what only a terminal understands. */
export class OutputTail {
  readonly #decoder = new TextDecoder();
  #text = '';

  write(bytes: Uint8Array): void {
    // What a long line has too much of is dropped at once, so that a program without line ends does not fill memory.
    this.#text = (this.#text + this.#decoder.decode(bytes, { stream: true })).slice(-2 * mostCharacters);
  }

  /** Lines with `\n` between them; none at the end, and no empty ones at the start. */
  get text(): string {
    const lines = this.#text.replaceAll(escapes, '').split('\n').map(lastWritten);
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-mostLines).join('\n').slice(-mostCharacters).replace(/^\n+/, '');
  }
}

/** A line that was written over shows what was written last. */
function lastWritten(line: string): string {
  return line.replace(/\r+$/, '').replace(/^.*\r/s, '').replaceAll(controls, '');
}

/** Control sequences and operating system commands: ECMA-48, https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
// oxlint-disable-next-line no-control-regex
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
// oxlint-disable-next-line no-control-regex
const controls = /[\x00-\x08\x0b-\x1f\x7f]/g;
