import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lex } from './lex.ts';
import { compile, render, TemplateError } from './template.ts';

const web = {
  Id: 'abcdef',
  Name: '/web',
  Count: 0,
  State: { Status: 'running', Running: true },
  Env: ['A=1', 'B=2'],
  Labels: { b: '2', a: '<1>' },
  Ports: { '80/tcp': [{ HostPort: '8080' }] },
  Nothing: null,
};

function run(source: string): string {
  return render(compile(source), web);
}

test.each([
  ['plain', 'plain'],
  ['{{.Id}} {{.State.Status}}', 'abcdef running'],
  ['a  {{- " b " -}}  c', 'a b c'],
  ['{{/* nothing */}}x{{- /* nor this */ -}} y', 'xy'],
  ['{{.Env}} {{.Labels}} {{.Count}} {{.State.Running}}', '[A=1 B=2] map[a:<1> b:2] 0 true'],
  ['{{json .Labels}}', '{"b":"2","a":"<1>"}'],
  ['{{.Nothing}}', '<no value>'],
  ['{{if .Count}}a{{else if .State.Running}}b{{else}}c{{end}}', 'b'],
  ['{{with .State}}{{.Status}}{{else}}none{{end}}', 'running'],
  ['{{range .Env}}{{.}};{{else}}none{{end}}', 'A=1;B=2;'],
  ['{{range $i, $e := .Env}}{{$i}}={{$e}} {{end}}', '0=A=1 1=B=2 '],
  ['{{range $k, $v := .Labels}}{{$k}}{{$v}}{{end}}', 'a<1>b2'],
  ['{{range .Env}}{{.}}{{break}}{{end}}', 'A=1'],
  ['{{range $i, $e := .Env}}{{if eq $i 0}}{{continue}}{{end}}{{$e}}{{end}}', 'B=2'],
  ['{{range 3}}{{.}}{{end}}', '012'],
  ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', '2'],
  ['{{$x := .Name}}{{with .State}}{{$x}}{{$.Id}}{{end}}', '/webabcdef'],
  ['{{define "t"}}<{{.}}>{{end}}{{template "t" .Id}}', '<abcdef>'],
  ['{{block "b" .State}}{{.Status}}{{end}}', 'running'],
  ['{{(index (index .Ports "80/tcp") 0).HostPort}}', '8080'],
  ['{{index .Env 1}} {{len .Env}} {{slice .Id 0 3}}', 'B=2 2 abc'],
  [
    '{{eq .Id "x" "abcdef"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge "b" "a"}}',
    'true true true true false true',
  ],
  ['{{and .Id .Count}} {{or .Count .Id}} {{not .Count}}', '0 abcdef true'],
  ['{{.Id | upper | printf "%s-%03d|%-5s|%5.1f|%q" "x" 7 "y" 2.26}}', 'x-007|y    |  2.3|"ABCDEF"'],
  ['{{print 1 2 "a" 3}}{{println "x"}}', '1 2a3x\n'],
  [
    '{{join .Env ","}} {{split "a,b" ","}} {{lower "AB"}} {{title "some words"}}',
    'A=1,B=2 [a b] ab Some Words',
  ],
  ['{{pad "x" 1 2}}| {{truncate .Id 2}} {{"q\\tq"}} {{`r\\t`}}', ' x  | ab q\tq r\\t'],
  ['{{html "<a>"}} {{urlquery "a b"}}', '&lt;a&gt; a+b'],
])('%s', (source, text) => expect(run(source)).toBe(text));

describe('mistakes', () => {
  test.each([
    ['{{.Id', 'template: :1: unclosed action'],
    ['{{if}}x{{end}}', 'template: :1: missing value for if'],
    ['{{if .Id}}', 'template: :1: unexpected EOF'],
    ['{{foo}}', 'template: :1: function "foo" not defined'],
    ['{{$y}}', 'template: :1: undefined variable "$y"'],
    ['{{end}}', 'template: :1: unexpected {{end}}'],
    ['\n{{.a-b}}', "template: :2: bad character U+002D '-'"],
    ['{{break}}', 'template: :1: {{break}} outside {{range}}'],
    ['{{.Id | }}', 'template: :1: missing value for command'],
    ['{{.Nope}}', 'template: :1:2: executing "" at <.Nope>: map has no entry for key "Nope"'],
    ['{{.State.Nope}}', 'template: :1:8: executing "" at <.State.Nope>: map has no entry for key "Nope"'],
    [
      '{{index .Env 9}}',
      'template: :1:2: executing "" at <index .Env 9>: error calling index: index out of range: 9',
    ],
    [
      '{{eq 1 "1"}}',
      'template: :1:2: executing "" at <eq 1 "1">: error calling eq: incompatible types for comparison',
    ],
    ['{{upper 1}}', 'template: :1:8: executing "" at <1>: expected string; found 1'],
    ['{{.Id .Name}}', 'template: :1:2: executing "" at <.Id>: Id is not a method but has arguments'],
  ])('%s', (source, message) => expect(() => run(source)).toThrow(new TemplateError(message)));

  test('a template that calls itself ends', () => {
    expect(() => run('{{define "t"}}{{template "t"}}{{end}}{{template "t"}}')).toThrow(
      'exceeded maximum template depth',
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
    ),
  );
  const text = fc.array(piece).map((pieces) => pieces.join(''));

  test('is lexed into tokens that go on, or refused', () => {
    fc.assert(
      fc.property(text, (source) => {
        try {
          const places = lex(source).map(({ at }) => at);
          expect(places).toEqual([...places].sort((a, b) => a - b));
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
    );
  });

  test('is rendered, or refused', () => {
    fc.assert(
      fc.property(text, (source) => {
        try {
          expect(typeof run(source)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
    );
  });

  test('without actions is itself', () => {
    fc.assert(
      fc.property(fc.string(), (source) => {
        if (!source.includes('{{')) expect(run(source)).toBe(source);
      }),
    );
  });
});
