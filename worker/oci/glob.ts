import { invalid } from './errors.ts';

/** Go's path.Match: `*` and `?` stand for anything but a slash, `[...]` for one of a set. https://pkg.go.dev/path#Match */
export function glob(pattern: string): (text: string) => boolean {
  const form = new RegExp(`^${source(pattern)}$`, 's');
  return (text) => form.test(text);
}

const token = /\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|([*?])|([\s\S])/gu;

function source(pattern: string): string {
  let out = '';
  for (const [whole, not, set, escaped, wild, plain] of pattern.matchAll(token)) {
    if (whole === '[' || whole === '\\') throw invalid('syntax error in pattern');
    if (set !== undefined) out += `[${not}${setSource(set)}]`;
    else if (wild !== undefined) out += wild === '*' ? '[^/]*' : '[^/]';
    else out += literal(escaped ?? plain ?? '');
  }
  return out;
}

function setSource(set: string): string {
  try {
    const body = set.replace(
      /\\(.)|([\][^])/gu,
      (_, escaped?: string, special?: string) => `\\${escaped ?? special}`,
    );
    return new RegExp(`[${body}]`, 'u').source.slice(1, -1);
  } catch {
    throw invalid('syntax error in pattern');
  }
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
