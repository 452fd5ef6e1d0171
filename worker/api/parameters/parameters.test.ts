import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../protocol/engine-api.ts';
import { filters } from './filters.ts';
import { Form } from './form.ts';
import { bool, boolOr, integer, strictBool, uint32 } from './values.ts';

function problem(operation: () => unknown): string {
  try {
    operation();
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.message}`;
    return (error as Error).message;
  }
  throw new Error('did not fail');
}

function given(value: unknown): Record<string, string[]> {
  return filters(Form.parse(`filters=${encodeURIComponent(JSON.stringify(value))}`));
}

function sorted(all: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, [...values].sort()]));
}

describe('a form', () => {
  test('is what any client would have encoded', () => {
    const pairs = fc.array(
      fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' })),
    );
    fc.assert(
      fc.property(pairs, (given) => {
        const form = Form.parse(new URLSearchParams(given).toString());
        for (const [name] of given)
          expect(form.all(name)).toEqual(given.filter(([other]) => other === name).map(([, value]) => value));
      }),
    );
  });

  test('never fails but in words', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          Form.parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
    );
    expect(problem(() => Form.parse('a=%zz'))).toBe('400 invalid URL escape "%zz"');
    expect(problem(() => Form.parse('a=%1'))).toBe('400 invalid URL escape "%1"');
    expect(problem(() => Form.parse('a=1;b=2'))).toBe('400 invalid semicolon separator in query');
  });

  test('of a body comes before the query', () => {
    expect(Form.parse('a=1', 'a=2&b=').all('a')).toEqual(['1', '2']);
  });
});

describe('values', () => {
  test.each(['', '0', 'no', 'false', 'none', 'None', ' FALSE '])('%j is no', (text) => {
    expect(bool(Form.parse(`a=${encodeURIComponent(text)}`), 'a')).toBe(false);
  });

  test.each(['1', 'true', 'yes', 'anything', '-1'])('%j is yes', (text) => {
    expect(bool(Form.parse(`a=${text}`), 'a')).toBe(true);
  });

  test('a parameter that is there and empty is no, one that is missing is as it may be', () => {
    expect(boolOr(Form.parse('a'), 'a', true)).toBe(false);
    expect(boolOr(Form.parse('b'), 'a', true)).toBe(true);
  });

  test('numbers are Go’s', () => {
    expect(integer(Form.parse(''), 'a')).toBeUndefined();
    expect(integer(Form.parse('a=-3'), 'a')).toBe(-3);
    expect(problem(() => integer(Form.parse('a=x'), 'a'))).toBe(
      '500 strconv.Atoi: parsing "x": invalid syntax',
    );
    expect(problem(() => integer(Form.parse(`a=${'9'.repeat(20)}`), 'a'))).toBe(
      `500 strconv.Atoi: parsing "${'9'.repeat(20)}": value out of range`,
    );
    expect(uint32(Form.parse('h=24'), 'h', 'resize height')).toBe(24);
    expect(problem(() => uint32(Form.parse(''), 'h', 'resize height'))).toBe(
      '400 invalid resize height "": invalid syntax',
    );
    expect(problem(() => uint32(Form.parse('h=-1'), 'h', 'resize height'))).toBe(
      '400 invalid resize height "-1": value out of range',
    );
    expect(problem(() => strictBool('yes'))).toBe('strconv.ParseBool: parsing "yes": invalid syntax');
  });
});

describe('filters', () => {
  test('come as a map of flags or as a map of lists', () => {
    const filter = fc.dictionary(fc.string(), fc.uniqueArray(fc.string()), { noNullPrototype: true });
    fc.assert(
      fc.property(filter, (wanted) => {
        const flags = Object.fromEntries(
          Object.entries(wanted).map(([name, values]) => [
            name,
            Object.fromEntries(values.map((value) => [value, true])),
          ]),
        );
        expect(given(wanted)).toEqual(wanted);
        expect(sorted(given(flags))).toEqual(sorted(wanted));
      }),
    );
  });

  test('are refused in any other form', () => {
    expect(given(null)).toEqual({});
    for (const value of [
      1,
      'a',
      [],
      { a: 1 },
      { a: 'b' },
      { a: [1] },
      { a: { b: 1 } },
      { a: ['b'], c: { d: true } },
    ])
      expect(problem(() => given(value))).toBe('400 invalid filter');
    expect(problem(() => filters(Form.parse('filters=x')))).toBe('400 invalid filter');
  });
});
