import { characters } from './characters.ts';

/** The first twelve digits, without the algorithm. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** Cut to `length` characters, the last of them saying so. */
export function ellipsis(text: string, length: number): string {
  const all = characters(text);
  return all.length <= length ? text : `${all.slice(0, length - 1).join('')}…`;
}
