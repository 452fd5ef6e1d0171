import { expect, test } from 'vitest';
import { strings } from './strings.ts';

test.each([
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['"a,b",c', ['a,b', 'c']],
  ['"say ""x"""', ['say "x"']],
  ['a,', ['a', '']],
  ['', []],
])('%s', (text, values) => expect(strings('').read(text, [], false)).toEqual(values));

test('mentions add up', () => expect(strings('').read('b', ['a'], true)).toEqual(['a', 'b']));
