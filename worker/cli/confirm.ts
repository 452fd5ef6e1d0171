import type { ClientSession } from './session.ts';
import { decodeText } from './text.ts';
import type { Printer } from './text.ts';

/** Asks on standard output and reads a line of standard input: whether it says yes. */
export async function confirm(
  { session, out }: { session: ClientSession; out: Printer },
  question: string,
): Promise<boolean> {
  await out.print(`${question} [y/N] `);
  return (await readLine(session)).trim().toLowerCase() === 'y';
}

async function readLine(session: ClientSession): Promise<string> {
  let text = '';
  for await (const bytes of session.stdin) {
    text += decodeText(bytes);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}
