import type { ProgressMessage } from '../protocol/engine-api.ts';
import { StatusError } from './errors.ts';
import { humanSize } from './format/size.ts';
import type { Printer } from './text.ts';

/** Columns of the terminal; undefined when it is not one. */
export type ProgressWidth = number | undefined;

/**
 * Shows the progress of a pull as Docker's client does: a line for every change, or on a terminal a line for every
 * layer that is written over. @throws StatusError when a message tells of an error.
 */
export async function showProgress(
  messages: AsyncIterable<ProgressMessage>,
  out: Printer,
  width: ProgressWidth,
): Promise<void> {
  const screen = new ProgressScreen(width);
  for await (const message of messages) {
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) throw new StatusError(1, failure);
    // For programs: the digest of what was pushed, say.
    if (message.aux !== undefined) continue;
    await out.print(screen.show(message));
  }
}

/** Knows which line of the terminal each layer is on. */
export class ProgressScreen {
  readonly #width: ProgressWidth;
  #lines = new Map<string, number>();

  constructor(width: ProgressWidth) {
    this.#width = width;
  }

  /** What to print for a message. */
  show(message: ProgressMessage): string {
    const progress = message.progressDetail;
    if (message.id === undefined || message.id === '' || !progress) this.#lines = new Map();
    if (message.stream) return label(message) + message.stream;
    if (this.#width === undefined) return plain(message);
    if (!progress) return label(message) + `${message.status ?? ''}\n`;
    return this.#overwrite(message, this.#width);
  }

  #overwrite(message: ProgressMessage, width: number): string {
    const id = message.id ?? '';
    if (id === '') return `\x1b[2K\r${message.status ?? ''} ${bar(message, width)}\r`;
    let fresh = '';
    if (!this.#lines.has(id)) {
      this.#lines.set(id, this.#lines.size);
      fresh = '\n';
    }
    const up = this.#lines.size - (this.#lines.get(id) ?? 0);
    const line = `\x1b[2K\r${label(message)}${message.status ?? ''} ${bar(message, width)}\r`;
    return `${fresh}\x1b[${up}A${line}\x1b[${up}B`;
  }
}

/** Without a terminal only changes of state are shown. */
function plain(message: ProgressMessage): string {
  return bar(message, 0) === '' ? `${label(message)}${message.status ?? ''}\n` : '';
}

function label(message: ProgressMessage): string {
  return message.id === undefined || message.id === '' ? '' : `${message.id}: `;
}

const barLength = 50;
const narrowestForBar = 110;

function bar({ progressDetail }: ProgressMessage, width: number): string {
  const current = progressDetail?.current ?? 0;
  const total = progressDetail?.total ?? 0;
  if (current <= 0 && total <= 0) return '';
  const counted = humanSize(current).padStart(8);
  if (total <= 0) return counted;
  const done = Math.min(Math.trunc(Math.trunc((current / total) * 100) / 2), barLength);
  const box = `[${'='.repeat(done)}>${' '.repeat(barLength - done)}] `;
  const numbers = current > total ? counted : `${counted}/${humanSize(total)}`;
  return (width > narrowestForBar ? box : '') + numbers;
}
