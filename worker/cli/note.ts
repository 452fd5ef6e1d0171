import type { ClientSession } from './session.ts';

/**
 * A hint of Docker's client, with colours on a terminal.
 * https://github.com/docker/cli/blob/v28.5.2/internal/tui/note.go
 */
export function note(session: ClientSession, stream: 'stdout' | 'stderr', text: string): string {
  const isPlain = !session.tty[stream] || (session.env.get('NO_COLOR') ?? '') !== '';
  const header = isPlain
    ? ' Info -> '
    : '\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m';
  const line = (words: string) => (isPlain ? words : `\x1b[3m${words}\x1b[0m`);
  const [first = '', ...more] = text.split('\n');
  const rest = more.map((words) => `         ${line(words)}\n`).join('');
  return `\n${header}${line(first)}\n${rest}`;
}
