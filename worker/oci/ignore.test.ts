import { expect, test } from 'vitest';
import { IgnoreRules, ignoreLines } from './ignore.ts';

// Each with what moby's patternmatcher says: https://github.com/moby/patternmatcher/blob/v0.6.0/patternmatcher_test.go
test.each([
  ['**', 'file', true],
  ['**/', 'dir/file', true],
  ['**', '/', true],
  ['dir/**', 'dir/dir2/file', true],
  ['**/dir', 'dir/file', true],
  ['**/dir2/*', 'dir/dir2/file', true],
  ['**/file', 'dir/dir/file', true],
  ['**file', 'dir/file', true],
  ['**/file*txt', 'dir/dir/file.txt', true],
  ['**/**/*.txt', 'dir/dir/file.txt', true],
  ['a**/*.txt', 'a/file.txt', true],
  ['a**/*.txt', 'a/dir/file/a.txt', true],
  ['a/*.txt', 'a/dir/file.txt', false],
  ['a[b-d]e', 'ace', true],
  ['a[b-d]e', 'ae', false],
  ['a[^b-d]e', 'aze', true],
  ['.*', '.foo', true],
  ['.*', 'foo', false],
  ['abc.def', 'abcdef', false],
  ['abc.def', 'abc.def', true],
  ['abc?def', 'abcZdef', true],
  ['abc?def', 'abcdef', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'acb', false],
  ['**/foo/bar', 'foo/bar', true],
  ['**/foo/bar', 'dir/foo/bar', true],
  ['abc/**', 'abc', false],
  ['abc/**', 'abc/def', true],
  ['**/.foo', 'bar.foo', false],
  ['dir', 'dir/a/b', true],
  ['*.go', 'dir/a.go', false],
  ['/x', 'x', true],
  ['x/', 'x/y', true],
  ['./x', 'x', true],
  ['a+b', 'a+b', true],
])('%s and %s: %s', (pattern, path, excluded) => {
  expect(new IgnoreRules(ignoreLines(pattern)).excludes(path)).toBe(excluded);
});

test('the last pattern that says something else counts', () => {
  const rules = new IgnoreRules(ignoreLines('*\n!docs\ndocs/secret\n!docs/secret/known'));
  expect(rules.excludes('src')).toBe(true);
  expect(rules.excludes('docs/a')).toBe(false);
  expect(rules.excludes('docs/secret/a')).toBe(true);
  expect(rules.excludes('docs/secret/known')).toBe(false);
  expect(rules.hasExceptions).toBe(true);
});

test('comments, blank lines, blanks and a byte-order mark are nothing', () => {
  expect(ignoreLines('\uFEFF a/./b/ \n# c\n\n ! d\n #e\n')).toEqual(['a/b', '!d', '#e']);
});

test.each([['!'], ['a[b'], ['a\\']])('%s is no pattern', (line) => {
  expect(() => new IgnoreRules([line])).toThrow();
});
