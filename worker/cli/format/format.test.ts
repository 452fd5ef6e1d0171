import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { humanDuration } from './duration.ts';
import { ellipsis, shortId } from './ids.ts';
import { showPorts } from './ports.ts';
import { bytesSize, humanSize } from './size.ts';
import { alignTabs } from './tabs.ts';
import { ansiTime, goTime } from './time.ts';

const day = 24 * 3600;

test.each([
  [0.4, 'Less than a second'],
  [1.9, '1 second'],
  [59, '59 seconds'],
  [60, 'About a minute'],
  [119, 'About a minute'],
  [120, '2 minutes'],
  [3599, '59 minutes'],
  [3600, 'About an hour'],
  [5400, '2 hours'],
  [47 * 3600, '47 hours'],
  [2 * day, '2 days'],
  [13 * day, '13 days'],
  [14 * day, '2 weeks'],
  [59 * day, '8 weeks'],
  [60 * day, '2 months'],
  [729 * day, '24 months'],
  [730 * day, '2 years'],
])('%s seconds are %s', (seconds, text) => expect(humanDuration(seconds)).toBe(text));

test.each([
  [0, '0B'],
  [9756, '9.76kB'],
  [6_697_000, '6.7MB'],
  [1_161_000, '1.16MB'],
  [123_456_789, '123MB'],
  [999_999, '1e+03kB'],
])('%s bytes are %s', (bytes, text) => expect(humanSize(bytes, 3)).toBe(text));

test('sizes in powers of two', () => {
  expect(bytesSize(608 * 1024)).toBe('608KiB');
  expect(bytesSize(25_275_891_384)).toBe('23.54GiB');
});

test('IDs and ellipses', () => {
  expect(shortId(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
  expect(ellipsis('/bin/sh -c "a long command"', 20)).toBe('/bin/sh -c "a long …');
});

test('times', () => {
  expect(goTime(1_763_933_791)).toBe('2025-11-23 21:36:31 +0000 UTC');
  expect(ansiTime('2025-05-30T12:07:14.000000000+00:00')).toBe('Fri May 30 12:07:14 2025');
  expect(ansiTime('')).toBe('');
});

function port(PrivatePort: number, Type = 'tcp') {
  return { PrivatePort, Type };
}

function published(PrivatePort: number, PublicPort: number, IP: string) {
  return { ...port(PrivatePort), PublicPort, IP };
}

test('ports', () => {
  expect(showPorts([port(443), port(80), port(444), port(53, 'udp')])).toBe('80/tcp, 53/udp, 443-444/tcp');
  expect(showPorts([published(80, 8080, '::'), published(80, 8080, '0.0.0.0')])).toBe(
    '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp',
  );
  expect(showPorts([published(81, 81, '0.0.0.0'), published(82, 82, '0.0.0.0')])).toBe(
    '0.0.0.0:81-82->81-82/tcp',
  );
});

describe('tabs', () => {
  test('columns are as wide as they must be, and not less than the minimum', () => {
    expect(alignTabs('A\tB\nlonger than that\tC\n', 10, 3)).toBe(
      'A                  B\nlonger than that   C\n',
    );
    expect(alignTabs('A\tB\n', 10, 3)).toBe('A         B\n');
  });

  test('a line without a cell ends the column', () => {
    expect(alignTabs('wide cell here\tx\nplain\na\tb\n', 4, 1)).toBe('wide cell here x\nplain\na   b\n');
  });

  test('nothing but spaces is added', () => {
    const cell = fc.stringMatching(/^[a-zé]{0,6}$/);
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 })), (rows) => {
        const text = rows.map((row) => row.join('\t')).join('\n');
        expect(alignTabs(text, 5, 2).replace(/ +/g, '')).toBe(text.replace(/\t/g, ''));
      }),
    );
  });
});
