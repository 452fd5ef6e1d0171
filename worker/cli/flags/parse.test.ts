import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, integer, list, map, string } from './kinds.ts';
import { FlagError, parseFlags } from './parse.ts';

const table = {
  interactive: bool('', { short: 'i' }),
  tty: bool('', { short: 't' }),
  rm: bool(''),
  proxy: bool('', { initial: true }),
  env: list('', { short: 'e' }),
  name: string(''),
  count: integer('', { short: 'c' }),
  sysctl: map(''),
};

function parse(line: string, optionsFirst = true) {
  return parseFlags(table, line === '' ? [] : line.split(' '), optionsFirst);
}

describe('flags', () => {
  test('come in every spelling', () => {
    const { values, args } = parse(
      '-ite A=1 -eB=2 -e=C=3 --env D=4 --env=E=5 --rm=false --name x image -v cmd',
    );
    expect(values).toMatchObject({ interactive: true, tty: true, rm: false, name: 'x', proxy: true });
    expect(values.env).toEqual(['A=1', 'B=2', 'C=3', 'D=4', 'E=5']);
    expect(args).toEqual(['image', '-v', 'cmd']);
  });

  test('may stand anywhere where the command allows it', () => {
    const { values, args } = parse('a -i b --name x -- -t', false);
    expect(values).toMatchObject({ interactive: true, tty: false, name: 'x' });
    expect(args).toEqual(['a', 'b', '-t']);
  });

  test('take what follows for a value, whatever it looks like', () => {
    expect(parse('--name -i image').values).toMatchObject({ name: '-i', interactive: false });
    expect(parse('--sysctl a=1 --sysctl b=2=3 --sysctl a=4').values.sysctl).toEqual({ a: '4', b: '2=3' });
  });

  test('a lone dash is an argument', () => {
    expect(parse('-i - -t').args).toEqual(['-', '-t']);
  });

  test.each([
    ['--nope', 'unknown flag: --nope'],
    ['-ix', "unknown shorthand flag: 'x' in -x"],
    ['-xi', "unknown shorthand flag: 'x' in -xi"],
    ['--name', 'flag needs an argument: --name'],
    ['-ie', "flag needs an argument: 'e' in -e"],
    ['--=x', 'bad flag syntax: --=x'],
    ['--rm=x', 'invalid argument "x" for "--rm" flag: strconv.ParseBool: parsing "x": invalid syntax'],
    ['-c 1x', 'invalid argument "1x" for "-c, --count" flag: strconv.ParseInt: parsing "1x": invalid syntax'],
  ])('%s: %s', (line, message) => {
    expect(() => parse(line)).toThrow(new FlagError(message));
  });

  test('help is met by either name', () => {
    expect(parse('-i --help').help).toBe('long');
    expect(parse('-ih').help).toBe('short');
  });

  test('any arguments are parsed or refused with a word, and what follows the first argument is kept', () => {
    const argument = fc.oneof(
      fc.string(),
      fc.constantFrom('--', '-', '-i', '-e', '--name', '--env=', '-it', '--rm'),
    );
    fc.assert(
      fc.property(fc.array(argument), fc.array(fc.string()), (before, after) => {
        try {
          const { args, help } = parseFlags(table, [...before, 'image', ...after], true);
          const at = args.indexOf('image');
          if (!help && at >= 0 && !before.includes('image')) expect(args.slice(at + 1)).toEqual(after);
        } catch (error) {
          expect(error).toBeInstanceOf(FlagError);
        }
      }),
    );
  });

  test('a value given in any spelling is the value', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !text.startsWith('=')),
        (text) => {
          for (const args of [
            [`--env=${text}`],
            ['--env', text],
            ['-e', text],
            [`-e${text}`],
            [`-ie${text}`],
          ]) {
            expect(parseFlags(table, args).values.env).toEqual([text]);
          }
        },
      ),
    );
  });
});
