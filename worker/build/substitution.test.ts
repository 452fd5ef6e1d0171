import { expect, test } from 'vitest';
import { substitute, substituteWords } from './substitution.ts';

const values: Record<string, string> = {
  V: 'value',
  EMPTY: '',
  PATHS: '/a/b/c.tar.gz',
  WORDS: 'one two',
  STAR: 'a*b',
};
const variables = (name: string) => values[name];

// Expectations after https://github.com/moby/buildkit/blob/v0.23.2/frontend/dockerfile/shell/envVarTest
test.each([
  ['plain', 'plain'],
  ['$V', 'value'],
  ['${V}', 'value'],
  ['a${V}b', 'avalueb'],
  ['$V$V', 'valuevalue'],
  ['$Vx', ''],
  ['$', '$'],
  ['a$', 'a$'],
  ['$$', ''],
  ['\\$V', '$V'],
  ["'$V'", '$V'],
  ['"$V"', 'value'],
  ['"\\$V"', '$V'],
  ['"a\\b"', 'a\\b'],
  ["it\\'s", "it's"],
  ['end\\', 'end'],
  ['$UNSET', ''],
  ['${UNSET:-d}', 'd'],
  ['${UNSET-d}', 'd'],
  ['${EMPTY:-d}', 'd'],
  ['${EMPTY-d}', ''],
  ['${V:-d}', 'value'],
  ['${V:+d}', 'd'],
  ['${EMPTY:+d}', ''],
  ['${EMPTY+d}', 'd'],
  ['${UNSET+d}', ''],
  ['${UNSET:-${V}}', 'value'],
  ['${UNSET:-"a b"}', 'a b'],
  ['${V:?gone}', 'value'],
  ['${V#v}', 'alue'],
  ['${PATHS##*/}', 'c.tar.gz'],
  ['${PATHS#*/}', 'a/b/c.tar.gz'],
  ['${PATHS%.*}', '/a/b/c.tar'],
  ['${PATHS%%.*}', '/a/b/c'],
  ['${PATHS/b/x}', '/a/x/c.tar.gz'],
  ['${PATHS//\\//-}', '-a-b-c.tar.gz'],
  ['${STAR%\\*b}', 'a'],
  ['${UNSET/a/b}', ''],
  ['<<EOF', '<<EOF'],
  ['a < b', 'a < b'],
])('%s is %s', (text, expected) => {
  expect(substitute(text, variables)).toBe(expected);
});

test.each([
  ['${V', 'unsupported modifier (\uFFFD) in substitution'],
  ['${', "syntax error: missing '}'"],
  ['${}', 'syntax error: bad substitution'],
  ['${:x}', 'syntax error: bad substitution'],
  ['${V:x}', 'unsupported modifier (:x) in substitution'],
  ['${V:#x}', 'unsupported modifier (:#) in substitution'],
  ['${V!x}', 'unsupported modifier (!) in substitution'],
  ['${UNSET?}', 'UNSET: is not allowed to be unset'],
  ['${UNSET:?gone}', 'UNSET: gone'],
  ['${EMPTY:?}', 'EMPTY: is not allowed to be empty'],
  ["'open", 'unexpected end of statement while looking for matching single-quote'],
  ['"open', 'unexpected end of statement while looking for matching double-quote'],
])('%s fails', (text, problem) => {
  expect(() => substitute(text, variables)).toThrow(`failed to process ${JSON.stringify(text)}: ${problem}`);
});

test('a backtick may be the escape', () => {
  expect(substitute('`$V\\', variables, { escape: '`' })).toBe('$V\\');
});

test('words are cut after variables were replaced, quotes hold them together', () => {
  expect(substituteWords('$WORDS "$WORDS" x', variables)).toEqual(['one', 'two', 'one two', 'x']);
});

test('quotes, escapes and unset variables can be kept', () => {
  const kept = { rawQuotes: true, rawEscapes: true, keepUnset: true };
  const text = '"a" \'b\' \\c $UNSET ${UNSET} ${UNSET:-x}';
  expect(substitute(text, variables, kept)).toBe(text);
});
