import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BottleshipError } from '../oci/errors.ts';
import { containerFilter } from './containers/filters.ts';
import { parseContainerName } from './containers/name.ts';
import { randomName } from './containers/randomname.ts';
import { humanSize, progressBar } from './images/progress.ts';
import { parseSignal, requireSignal } from './signals.ts';
import { parseSecurity } from './spec/security.ts';
import { parseBind } from './volumes/mountconfig.ts';

/** A parser either gives something or says in our own terms why not. */
function neverBreaks(parse: (text: string) => unknown): void {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w/:.,= -]*$/)), (text) => {
      try {
        parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(BottleshipError);
      }
    }),
  );
}

test('parsers never break', () => {
  neverBreaks(parseContainerName);
  neverBreaks(parseSignal);
  neverBreaks((text) => parseBind(text, ''));
  neverBreaks((text) => parseSecurity([text], false));
  const lookups = { imageIds: () => [], containerByPrefix: () => undefined };
  neverBreaks((text) => containerFilter({ [text]: [text] }, lookups));
  for (const filter of ['name', 'status', 'exited', 'label', 'id']) {
    neverBreaks((text) => containerFilter({ [filter]: [text] }, lookups));
  }
});

test('a name that is made up could be given', () => {
  for (let i = 0; i < 200; i += 1)
    expect(parseContainerName(randomName(i % 2 === 0))).toMatch(/^[a-z]+_[a-z]+\d?$/);
});

test('names that pass are what Docker allows', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/), (name) => {
      expect(parseContainerName(`/${name}`)).toBe(name);
    }),
  );
});

test.each([
  ['TERM', 15],
  ['SIGKILL', 9],
  ['sighup', 1],
  ['15', 15],
  ['RTMIN+3', 37],
  ['SYS', 31],
])('signal %s is %d', (text, number) => {
  expect(requireSignal(parseSignal(text))).toBe(number);
});

test('signals that are none', () => {
  expect(() => parseSignal('0')).toThrow('invalid signal: 0');
  expect(() => requireSignal(65)).toThrow('the linux daemon does not support signal 65');
});

test('progress is as dockerd writes it', () => {
  expect(progressBar(32_768, 727_400)).toBe(
    '[==>                                                ]  32.77kB/727.4kB',
  );
  expect(progressBar(727_400, 727_400)).toBe(
    '[==================================================>]  727.4kB/727.4kB',
  );
  expect([humanSize(0), humanSize(999), humanSize(1_161_000)]).toEqual(['0B', '999B', '1.161MB']);
});
