import type { Bottleship } from '../../worker/bottleship.ts';

/** A login shell of the guest on the terminal this process was started from. @returns its exit code */
export async function runInteractive({ terminals }: Bottleship): Promise<number> {
  const { stdin, stdout } = process;
  let ended!: (code: number) => void;
  const exited = new Promise<number>((resolve) => (ended = resolve));
  const terminal = await terminals.open(size(), { output: (bytes) => written(bytes), exited: ended });
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', (bytes) => terminals.write(terminal, bytes));
  // Ctrl-D, as a terminal's end of file would come.
  stdin.on('end', () => terminals.write(terminal, new Uint8Array([4])));
  stdout.on('resize', () => terminals.resize(terminal, size()));
  const code = await exited;
  if (stdin.isTTY) stdin.setRawMode(false);
  return code;
}

function size(): { rows: number; cols: number } {
  return { rows: process.stdout.rows ?? 24, cols: process.stdout.columns ?? 80 };
}

function written(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(bytes, () => resolve()));
}
