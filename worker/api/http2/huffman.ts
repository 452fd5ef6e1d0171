/**
 * How many bits the code of each byte has, and of the end of the string, which is never sent whole; codes of the same
 * length follow each other in the order of the bytes. https://www.rfc-editor.org/rfc/rfc7541#appendix-B
 */
// prettier-ignore
const lengths = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const longest = 30;
const endOfString = 256;

/** Of the codes of one length: the first one, and the bytes that they stand for. */
interface Codes {
  readonly first: number;
  readonly symbols: readonly number[];
}

const codes = codesByLength();

function codesByLength(): readonly Codes[] {
  const table: Codes[] = [];
  let first = 0;
  for (let length = 0; length <= longest; length++) {
    const symbols = [...lengths.keys()].filter((symbol) => lengths[symbol] === length);
    table.push({ first, symbols });
    first = (first + symbols.length) * 2;
  }
  return table;
}

/** Unpacks a string of HPACK. @throws Error when it is none */
export function decodeHuffman(packed: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of packed)
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length += 1;
      const { first, symbols } = codes[length] ?? { first: 0, symbols: [] };
      const symbol = symbols[code - first];
      if (symbol === endOfString || length >= longest)
        throw new Error('a Huffman code that stands for nothing');
      if (symbol === undefined) continue;
      bytes.push(symbol);
      [code, length] = [0, 0];
    }
  // What is left is the beginning of the end of the string: ones, less than a byte of them.
  if (length > 7 || code !== 2 ** length - 1) throw new Error('a Huffman code that is cut off');
  return new Uint8Array(bytes);
}
