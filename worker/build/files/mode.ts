import { internal } from '../errors.ts';

/** Gives a file's new permissions from those it has. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

/** What `--chmod` says, octal (`0755`) or symbolic (`u=rwX,go+r`). Fails with Docker's text. */
export function parseMode(text: string): ModeChange {
  const octal = octalMode(text);
  if (octal !== undefined) return () => octal;
  const clauses = text.split(',').map(parseClause);
  if (clauses.includes(undefined))
    throw internal(
      /^\d+$/.test(text)
        ? `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`
        : 'invalid syntax',
    );
  return (mode, isDirectory) =>
    clauses.reduce((reached, clause) => clause?.(reached, isDirectory) ?? reached, mode);
}

/** What directories that are made for a file get of `--chmod`: permissions in digits, by mkdir under the usual umask. */
export function madeMode(text: string): number | undefined {
  const mode = octalMode(text);
  return mode === undefined ? undefined : mode & 0o755;
}

/** Permissions that do not depend on those before. */
function octalMode(text: string): number | undefined {
  const mode = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
  return mode !== undefined && mode <= 0o7777 ? mode : undefined;
}

const who: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };

function parseClause(text: string): ModeChange | undefined {
  const [, letters = '', rest = ''] = /^([ugoa]*)((?:[+=-](?:[rwxXst]*|[ugo]))+)$/.exec(text) ?? [];
  if (rest === '') return undefined;
  const mask = Array.from(letters || 'a').reduce((bits, letter) => bits | (who[letter] ?? 0), 0);
  const actions = [...rest.matchAll(/([+=-])([rwxXst]*|[ugo])(?=[+=-]|$)/g)];
  return (mode, isDirectory) =>
    actions.reduce((reached, [, operator = '', what = '']) => {
      const bits = bitsOf(what, reached, isDirectory) & mask;
      if (operator === '+') return reached | bits;
      if (operator === '-') return reached & ~bits;
      return (reached & ~mask) | bits;
    }, mode);
}

/** For everybody; who is meant is masked out afterwards. */
function bitsOf(what: string, mode: number, isDirectory: boolean): number {
  const copied = { u: 6, g: 3, o: 0 }[what];
  if (copied !== undefined) return ((mode >> copied) & 7) * 0o111;
  let bits = 0;
  for (const letter of what) {
    if (letter === 'r') bits |= 0o444;
    if (letter === 'w') bits |= 0o222;
    if (letter === 'x' || (letter === 'X' && (isDirectory || mode & 0o111))) bits |= 0o111;
    if (letter === 's') bits |= 0o6000;
    if (letter === 't') bits |= 0o1000;
  }
  return bits;
}
