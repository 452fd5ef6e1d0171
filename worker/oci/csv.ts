import { encodeText } from './text.ts';

/**
 * The fields of a line of comma-separated values, as Go's encoding/csv reads them.
 * @throws Error in its words
 */
export function readCsv(line: string): string[] {
  const text = line.replace(/^(?:\r?\n)+/, '');
  if (text === '') throw new Error('EOF');
  const fields: string[] = [];
  for (let at = 0; ;) {
    const field = text[at] === '"' ? quotedField(text, at + 1) : plainField(text, at);
    fields.push(field.value);
    if (text[field.end] !== ',') return fields;
    at = field.end + 1;
  }
}

interface Field {
  readonly value: string;
  /** Of the comma or the line's end after it. */
  readonly end: number;
}

function plainField(text: string, start: number): Field {
  const length = text.slice(start).search(/,|\r?\n|$/);
  const value = text.slice(start, start + length);
  const quote = value.indexOf('"');
  if (quote >= 0) throw mistake(text, start + quote, 'bare " in non-quoted-field');
  return { value, end: start + length };
}

/** Two quotation marks stand for one. */
function quotedField(text: string, start: number): Field {
  const body = /^(?:[^"]|"")*/.exec(text.slice(start))?.[0] ?? '';
  const end = start + body.length;
  if (end >= text.length) throw mistake(text, end, 'extraneous or missing " in quoted-field');
  if (!/^(?:,|\r?\n|$)/.test(text.slice(end + 1))) {
    throw mistake(text, end, 'extraneous or missing " in quoted-field');
  }
  return { value: body.replaceAll('""', '"'), end: end + 1 };
}

function mistake(text: string, at: number, why: string): Error {
  const column = encodeText(text.slice(0, at)).length + 1;
  return new Error(`parse error on line 1, column ${column}: ${why}`);
}
