import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRecorded } from '../../../test/cli/recorded.ts';
import { lex } from './lex.ts';
import { compile, render, renderHeader, TemplateError } from './template.ts';
import { bool, float64, int64, map, pointer, slice, string, struct, time } from './types.ts';
import { asRow, typed, untyped } from './values.ts';
import type { GoValue } from './values.ts';

interface Outcome {
  readonly o?: string;
  readonly e?: string;
}

interface Case extends Outcome {
  readonly t: string;
  /** Where a map's missing keys are mistakes. */
  readonly strict?: Outcome;
}

const recorded = readRecorded('template') as { data: object; cases: Case[] };
const data = untyped(recorded.data);

function outcome(source: string, value: GoValue, strict = false): Outcome {
  try {
    return { o: render(compile(source), value, strict) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { e: error.message };
  }
}

describe('as Go does', () => {
  test.each(recorded.cases.map((one) => [one.t, one] as const))('%s', (source, { o, e, strict }) => {
    const expected = e === undefined ? { o } : { e };
    expect(outcome(source, data)).toEqual(expected);
    expect(outcome(source, data, true)).toEqual(strict ?? expected);
  });
});

describe('values of known types', () => {
  const health = struct('x.Health', { Status: string, Since: time });
  const port = struct('x.Port', { HostIP: [string, 'HostIp'], Number: int64 });
  const type = struct('x.Thing', {
    ID: [string, 'Id'],
    Size: int64,
    Ready: bool,
    Names: slice(string),
    Labels: map(string),
    Health: [pointer(health), 'Health', 'omitempty'],
    Limit: pointer(int64),
    Ratio: [float64, 'Ratio', 'omitempty'],
    Ports: map(slice(port)),
  });
  const full = typed(pointer(type), {
    Id: 'abc',
    Size: 5,
    Names: ['a', 'b'],
    Labels: { z: '1', a: '2' },
    Health: { Status: 'healthy', Since: '2026-11-24T01:02:03.5Z' },
    Limit: 7,
    Ratio: 0.5,
    Ports: { '80/tcp': [{ HostIp: '::', Number: 80 }] },
    Unknown: 1,
  });
  const empty = typed(type, {});

  test.each([
    ['{{.ID}} {{.Size}} {{.Ready}} {{.Names}} {{.Labels}}', 'abc 5 false [a b] map[a:2 z:1]'],
    ['{{.Health.Status}} {{.Health}}', 'healthy {healthy 2026-11-24 01:02:03.5 +0000 UTC}'],
    ['{{json .}}', expect.stringMatching(/^\{"Id":"abc","Size":5,"Ready":false,.*"Limit":7,/)],
    ['{{.Limit}} {{index .Labels "z"}} {{index .Labels "none"}}|{{.Labels.none}}', '7 1 |<no value>'],
    ['{{(index (index .Ports "80/tcp") 0).HostIP}} {{range .Ports}}{{.}}{{end}}', ':: [{:: 80}]'],
    ['{{join .Names "-"}} {{len .Names}} {{slice .Names 1}}', 'a-b 2 [b]'],
    ['{{printf "%+v %T" .Ports .}}', 'map[80/tcp:[{HostIP::: Number:80}]] *x.Thing'],
    ['{{if .Health}}yes{{end}}{{with .Limit}}{{.}}{{end}}', 'yes7'],
    ['{{.Ratio}} {{printf "%.2f" .Ratio}} {{json .Ratio}} {{gt .Ratio 0.25}}', '0.5 0.50 0.5 true'],
  ])('%s', (source, text) => expect(outcome(source, full).o).toEqual(text));

  test.each([
    [
      '{{.ID}}|{{.Size}} {{.Ready}} {{.Names}} {{.Labels}} {{.Health}} {{.Limit}}',
      '|0 false [] map[] <nil> <nil>',
    ],
    ['{{json .}}', '{"Id":"","Size":0,"Ready":false,"Names":null,"Labels":null,"Limit":null,"Ports":null}'],
    ['{{if .Health}}yes{{else}}no{{end}}{{range .Names}}x{{end}}', 'no'],
  ])('empty: %s', (source, text) => expect(outcome(source, empty).o).toBe(text));

  test.each([
    ['{{.Nope}}', 'template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type x.Thing'],
    [
      '{{.Health.Status}}',
      'template: :1:9: executing "" at <.Health.Status>: nil pointer evaluating *x.Health.Status',
    ],
    [
      '{{upper .Size}}',
      'template: :1:8: executing "" at <.Size>: wrong type for value; expected string; got int',
    ],
  ])('mistaken: %s', (source, message) => expect(outcome(source, empty).e).toBe(message));
});

describe('rows of lists', () => {
  const row = asRow({ ID: 'x<y', Label: (name: string) => `<${name}>` }, '*formatter.Row');
  test('methods are given their arguments', () => {
    expect(outcome('{{.ID}} {{.Label "a"}} {{"b" | .Label}}', row).o).toBe('x<y <a> <b>');
    expect(outcome('{{.Label}}', row).e).toContain('wrong number of args for Label: want 1 got 0');
    expect(outcome('{{.Nope}}', row).e).toContain("can't evaluate field Nope in type *formatter.Row");
  });

  test('headers pass through the functions, and know no mistakes', () => {
    const titles = asRow({ ID: 'TITLE' }, 'formatter.SubHeaderContext', true);
    const header = (source: string) => renderHeader(compile(source), titles);
    expect(header('{{lower .ID}} {{json .ID}} {{pad .ID 1 1}} {{.Nope}}')).toBe(
      'TITLE TITLE  TITLE  <no value>',
    );
  });
});

describe('any text', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '{{',
      '}}',
      '{{-',
      '-}}',
      ' ',
      '.Id',
      '"',
      '`',
      '(',
      ')',
      '|',
      'if',
      'end',
      'range',
      '$x',
      ':=',
      '/*',
      '*/',
      '1.5',
      'printf',
    ),
  );
  const text = fc.array(piece).map((pieces) => pieces.join(''));

  test('is lexed into tokens that go on', () => {
    fc.assert(
      fc.property(text, (source) => {
        const tokens = lex(source);
        const places = tokens.map(({ at }) => at);
        expect(['end', 'error']).toContain(tokens.at(-1)?.kind);
        expect(places.slice(0, -1)).toEqual(places.slice(0, -1).sort((a, b) => a - b));
      }),
    );
  });

  test('is rendered, or refused', () => {
    fc.assert(
      fc.property(text, (source) => {
        expect(outcome(source, data)).toBeDefined();
      }),
    );
  });

  test('without actions is itself', () => {
    fc.assert(
      fc.property(fc.string(), (source) => {
        if (!source.includes('{{')) expect(outcome(source, data)).toEqual({ o: source });
      }),
    );
  });
});
