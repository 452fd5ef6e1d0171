import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRequest, updateConfig } from '../bodies/container.ts';
import { HeaderFields } from '../http/headers.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import { checkJsonType } from './content-type.ts';
import { decode, type Schema } from './schema.ts';
import { parseFirst } from './syntax.ts';

function problem(operation: () => unknown): string {
  try {
    operation();
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  throw new Error('did not fail');
}

function createProblem(value: unknown): string {
  return problem(() => decode(createRequest, '', value));
}

function decodesOrSaysWhy(schema: Schema, value: unknown): void {
  try {
    decode(schema, '', value);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
  }
}

describe('syntax', () => {
  test('what is JSON is what it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseFirst(text, '').value).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a document is found before something else', () => {
    const text = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value, undefined, 2)),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(' x', ']', '\n{}', ' "'), (document, after) => {
        // A number may go on with digits only.
        expect(parseFirst(document + after, '')).toEqual({ value: JSON.parse(document), rest: after });
      }),
    );
  });

  test('whatever it is, it is a document or an error in words', () => {
    const json = fc.string({ unit: fc.constantFrom(...'{}[]":,0123.eE-+ \\untrfalse\n'.split('')) });
    fc.assert(
      fc.property(fc.oneof(json, fc.string()), (text) => {
        try {
          parseFirst(text, '');
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['', 'got EOF while reading request body'],
    ['{', 'unexpected EOF'],
    ['{"a":', 'unexpected EOF'],
    ['"abc', 'unexpected EOF'],
    ['{x', "invalid character 'x' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['["a" 1]', "invalid character '1' after array element"],
    ['?', "invalid character '?' looking for beginning of value"],
    ['{"Image":nul}', "invalid character '}' in literal null (expecting 'l')"],
    ['{"a":"\n"}', String.raw`invalid character '\n' in string`],
    [String.raw`"\x"`, 'invalid escape sequence `\\x` in string'],
    ['[1.]', "invalid character ']' in numeric literal"],
    ["'", String.raw`invalid character '\'' looking for beginning of value`],
  ])('%j: %s', (text, message) => {
    expect(problem(() => parseFirst(text, 'invalid JSON: '))).toBe(`invalid JSON: ${message}`);
  });
});

describe('types, as a real engine words it', () => {
  test.each([
    [[], 'array into Go value of type container.CreateRequest'],
    [{ Image: 1 }, 'number into Go struct field .Image of type string'],
    [{ Tty: 'x' }, 'string into Go struct field .Tty of type bool'],
    [{ Env: 'x' }, 'string into Go struct field .Env of type []string'],
    [{ Env: [1] }, 'number into .Env.0 of type string'],
    [{ Cmd: 1 }, 'number into Go value of type string'],
    [{ Cmd: ['a', 1] }, 'array into Go value of type string'],
    [{ Labels: { a: 1 } }, 'number into Go struct field .Labels.a of type string'],
    [{ Volumes: { '/a': 1 } }, 'number into Go struct field .Volumes.~1a of type struct {}'],
    [{ ExposedPorts: { 80: 1 } }, 'number into .ExposedPorts.80 of type struct {}'],
    [
      { Healthcheck: { Interval: '1s' } },
      'string into Go struct field .Healthcheck.Interval of type time.Duration',
    ],
    [{ HostConfig: [] }, 'array into Go struct field .HostConfig of type container.HostConfig'],
    [{ HostConfig: { Memory: 'a' } }, 'string into Go struct field .HostConfig.Memory of type int64'],
    [{ HostConfig: { Memory: 1.5 } }, 'number 1.5 into Go struct field .HostConfig.Memory of type int64'],
    [
      { HostConfig: { BlkioWeight: 70_000 } },
      'number 70000 into Go struct field .HostConfig.BlkioWeight of type uint16',
    ],
    [
      { HostConfig: { PortBindings: { '80/tcp': [{ HostPort: 80 }] } } },
      'number into Go struct field .HostConfig.PortBindings.80~1tcp.0.HostPort of type string',
    ],
    [
      { HostConfig: { PortBindings: { '80/tcp': 'x' } } },
      'string into Go struct field .HostConfig.PortBindings.80~1tcp of type []nat.PortBinding',
    ],
    [
      { HostConfig: { Mounts: [{ Type: 1 }] } },
      'number into Go struct field .HostConfig.Mounts.0.Type of type mount.Type',
    ],
    [{ HostConfig: { ConsoleSize: ['a'] } }, 'string into .HostConfig.ConsoleSize.0 of type uint'],
    [{ HostConfig: { Ulimits: [1] } }, 'number into .HostConfig.Ulimits.0 of type units.Ulimit'],
    [
      { NetworkingConfig: { EndpointsConfig: [] } },
      'array into Go struct field .NetworkingConfig.EndpointsConfig of type map[string]*network.EndpointSettings',
    ],
  ])('%j: %s', (value, message) => {
    expect(createProblem(value)).toBe(`invalid JSON: json: cannot unmarshal ${message}`);
  });

  test('the struct is named where Docker’s decoder knows it', () => {
    expect(problem(() => decode(updateConfig, 'UpdateConfig', { Memory: 'a' }))).toBe(
      'invalid JSON: json: cannot unmarshal string into Go struct field UpdateConfig.Memory of type int64',
    );
  });

  test('fields are found in any case, unknown ones dropped, nothing is nothing', () => {
    const document = { image: 'a', Nope: 1, Env: null, Cmd: 'echo', HostConfig: { memory: 5, x: {} } };
    expect(decode(createRequest, '', document)).toEqual({
      Image: 'a',
      Cmd: ['echo'],
      HostConfig: { Memory: 5 },
    });
    expect(decode(createRequest, '', null)).toBeUndefined();
    const endpoints = { NetworkingConfig: { EndpointsConfig: { bridge: null } } };
    expect(decode(createRequest, '', endpoints)).toEqual(endpoints);
    expect(decode(createRequest, '', { HostConfig: { ConsoleSize: [1] } })).toEqual({
      HostConfig: { ConsoleSize: [1, 0] },
    });
  });

  test('no document breaks it', () => {
    const names = [
      'Image',
      'HostConfig',
      'Env',
      'Labels',
      'Mounts',
      'PortBindings',
      'Cmd',
      'Ulimits',
      'a',
      '0',
    ];
    const document = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom(...names), tie('value')),
        fc.array(tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(document, (value) => decodesOrSaysWhy(createRequest, value)),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['text/plain', "unsupported Content-Type header (text/plain): must be 'application/json'"],
  [
    'dockerapplication/json',
    "unsupported Content-Type header (dockerapplication/json): must be 'application/json'",
  ],
  ['a b', 'malformed Content-Type header (a b): mime: expected slash after first token'],
  ['foo;;;bar', 'malformed Content-Type header (foo;;;bar): mime: invalid media parameter'],
  ['', 'malformed Content-Type header (): mime: no media type'],
])('the content type %j: %s', (type, message) => {
  const headers = new HeaderFields();
  headers.add('Content-Type', type);
  expect(problem(() => checkJsonType(headers, 1))).toBe(message);
});

test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;'])(
  'the content type %j',
  (type) => {
    const headers = new HeaderFields();
    headers.add('Content-Type', type);
    expect(() => checkJsonType(headers, 1)).not.toThrow();
  },
);
