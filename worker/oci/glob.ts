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

/** Characters and ranges. A `-` with nothing on one of its sides is a mistake in Go; a range that goes down has nothing in it. */
function setSource(set: string): string {
  const members = [...set.matchAll(/\\(.)|./gsu)];
  let out = '';
  for (let at = 0; at < members.length; at += 1) {
    const low = setMember(members[at]);
    if (members[at + 1]?.[0] !== '-') {
      out += setLiteral(low);
      continue;
    }
    const high = setMember(members[(at += 2)]);
    if (low <= high) out += `${setLiteral(low)}-${setLiteral(high)}`;
  }
  return out;
}

function setMember(found: RegExpMatchArray | undefined): string {
  if (found === undefined || found[0] === '-') throw invalid('syntax error in pattern');
  return found[1] ?? found[0];
}

function setLiteral(character: string): string {
  return character.replace(/[\][\\^-]/, '\\$&');
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
