import { invalid } from '../../oci/errors.ts';
import { MalformedError } from '../errors.ts';
import { splitWords } from './words.ts';

/** Words of an instruction, and whether they were written as a JSON array. */
export interface Arguments {
  readonly words: string[];
  readonly json: boolean;
}

export interface Pair {
  readonly key: string;
  readonly value: string;
}

const blanks = /[\t\v\f\r ]+/;

export function isJsonArray(text: string): boolean {
  return jsonArray(text) !== undefined;
}

/** A JSON array, or else all of it as one word. */
export function wholeArguments(text: string): Arguments {
  const words = text === '' ? [] : jsonArray(text);
  return words === undefined ? { words: [text], json: false } : { words, json: text !== '' };
}

/** A JSON array, or else words between blanks. */
export function listArguments(text: string): Arguments {
  const words = jsonArray(text);
  return words === undefined ? { words: blankWords(text), json: false } : { words, json: true };
}

export function blankWords(text: string): string[] {
  return text === '' ? [] : text.split(blanks);
}

/** `key=value` pairs, or the old form of one: `key value`. */
export function pairs(text: string, name: string, escape: string): Pair[] {
  const words = splitWords(text, escape);
  const [first] = words;
  if (first === undefined) throw invalid(`${name} requires at least one argument`);
  if (!first.includes('=')) return [oldPair(text, name)];
  return words.map((word) => pair(word, name));
}

/** Undefined when it is none; an array of other things than strings is refused. */
function jsonArray(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  const value = parsed(text);
  if (!Array.isArray(value)) return undefined;
  const strings = value.filter((one): one is string => typeof one === 'string');
  if (strings.length < value.length)
    throw new MalformedError('when using JSON array syntax, arrays must be comprised of strings only');
  return strings;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function oldPair(text: string, name: string): Pair {
  const cut = blanks.exec(text);
  if (cut === null) throw new MalformedError(`${name} must have two arguments`);
  return { key: text.slice(0, cut.index), value: text.slice(cut.index + cut[0].length) };
}

function pair(word: string, name: string): Pair {
  const cut = word.indexOf('=');
  if (cut < 0)
    throw new MalformedError(
      `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
    );
  if (cut === 0) throw invalid(`${name} names can not be blank`);
  return { key: word.slice(0, cut), value: word.slice(cut + 1) };
}
