/** The headers of a tar, block by block as they are, in a line each. */
import { createHash } from 'node:crypto';

type Field = readonly [name: string, from: number, to: number];

const fields: readonly Field[] = [
  ['mode', 100, 107],
  ['uid', 108, 115],
  ['gid', 116, 123],
  ['size', 124, 135],
  ['mtime', 136, 147],
  ['major', 329, 336],
  ['minor', 337, 344],
];

/** The lines of entries below a folder, with what PAX headers say of them. */
export function headersIn(tar: Uint8Array, folder: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const block = tar.subarray(at, at + 512);
    const size = parseInt(textOf(block, 124, 135), 8);
    const data = tar.subarray(at + 512, at + 512 + size);
    lines.push(lineOf(block, data));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return lines.filter((line) => line.slice(2).startsWith(folder));
}

/** Bytes above ASCII are shown as they are in Latin-1. */
function lineOf(block: Uint8Array, data: Uint8Array): string {
  const type = textOf(block, 156, 157);
  const [name, link, prefix] = [textOf(block, 0, 100), textOf(block, 157, 257), textOf(block, 345, 500)];
  const numbers = fields.map(
    ([key, from, to]) => `${key}=${textOf(block, from, to).replace(/^0+(?=.)/, '')}`,
  );
  const more = type === 'x' ? Buffer.from(data).toString('latin1') : `#${hash(data)}`;
  const path = prefix === '' ? name : `${prefix}/|${name}`;
  return [
    type,
    path,
    ...numbers,
    ...(link === '' ? [] : [`-> ${link}`]),
    ...(data.length > 0 ? [more] : []),
  ].join(' ');
}

function textOf(block: Uint8Array, from: number, to: number): string {
  return Buffer.from(block.subarray(from, to)).toString('latin1').replace(/\0.*$/s, '');
}

function hash(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 8);
}
