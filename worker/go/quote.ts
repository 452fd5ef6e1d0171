/** Text in Go's notations. */

/** `U+263A '☺'`: the character at an offset. */
export function characterName(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  const name = codeName(code);
  return isPrintable(code) ? `${name} '${String.fromCodePoint(code)}'` : name;
}

export function codeName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** As Go's strconv.Quote, or QuoteToASCII. */
export function quote(text: string, asciiOnly = false): string {
  return `"${Array.from(text, (character) => escaped(character, '"', asciiOnly)).join('')}"`;
}

/** As strconv.QuoteRune. */
export function quoteCharacter(code: number, asciiOnly = false): string {
  const character = code > 0x10ffff || code < 0 ? '\ufffd' : String.fromCodePoint(code);
  return `'${escaped(character, "'", asciiOnly)}'`;
}

function escaped(character: string, mark: string, asciiOnly: boolean): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === mark) return `\\${mark}`;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  if (code < 0x80 ? code >= 0x20 && code !== 0x7f : !asciiOnly && isPrintable(code)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Control characters, separators, surrogates and private use are not. */
function isPrintable(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code <= 0xa0) || code === 0xad) return false;
  const space = code === 0x1680 || (code >= 0x2000 && code <= 0x200f) || (code >= 0x2028 && code <= 0x202f);
  const special = (code >= 0xd800 && code <= 0xf8ff) || code === 0x3000 || code === 0xfeff;
  return !space && !special && !(code >= 0x205f && code <= 0x206f);
}
