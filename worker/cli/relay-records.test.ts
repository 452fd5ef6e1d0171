import { assert, integer, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listedFixedSize } from '../protocol/cli.ts';
import { decodeContents, decodeListed, encodeRequests } from './relay-records.ts';
import { statSize } from './syscalls.ts';
import { encodeText } from './text.ts';
import { concat } from '../oci/bytes.ts';

function listed(name: string, target = '', capability = new Uint8Array()): Uint8Array {
  const fixed = new Uint8Array(listedFixedSize);
  const parts = [encodeText(name), encodeText(target), capability];
  parts.forEach((part, at) => new DataView(fixed.buffer).setUint16(statSize + 2 * at, part.length, true));
  return concat([fixed, ...parts]);
}

function contents(...results: (number | string)[]): Uint8Array {
  return concat(
    results.map((one) => {
      const bytes = typeof one === 'string' ? encodeText(one) : new Uint8Array();
      const head = new Uint8Array(4);
      new DataView(head.buffer).setInt32(0, typeof one === 'string' ? bytes.length : one, true);
      return concat([head, bytes]);
    }),
  );
}

describe('lists', () => {
  test('names, targets and capabilities come back', () => {
    const found = decodeListed(
      concat([listed('a'), listed('b', '/x'), listed('\udcff', '', Uint8Array.of(1))]),
    );
    expect(found.map(({ name, target, capability }) => [name, target, capability])).toEqual([
      ['a', '', undefined],
      ['b', '/x', undefined],
      ['\udcff', '', Uint8Array.of(1)],
    ]);
  });

  test.each(['', '.', '..', 'a/b', '../x', 'a\0b'])('%j is no name', (name) => {
    expect(() => decodeListed(listed(name))).toThrow('a list that is none');
  });

  test('what is cut off is refused', () => {
    const whole = listed('name', 'target');
    for (let length = 1; length < whole.length; length += 1)
      expect(() => decodeListed(whole.subarray(0, length))).toThrow('a list that is none');
  });

  test('any bytes are a list or refused', () => {
    assert(
      property(uint8Array({ maxLength: 1000 }), (bytes) => {
        try {
          for (const { name } of decodeListed(bytes)) expect(name).not.toMatch(/[/\0]/);
        } catch (error) {
          expect((error as Error).message).toContain('a list that is none');
        }
      }),
    );
  });
});

describe('contents', () => {
  test('each has its own result', () => {
    const found = decodeContents(contents('abc', -2, ''), 3);
    expect(found.map(({ result, bytes }) => [result, bytes.length])).toEqual([
      [3, 3],
      [-2, 0],
      [0, 0],
    ]);
  });

  test('any bytes are contents or refused', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), integer({ min: 1, max: 5 }), (bytes, count) => {
        try {
          const found = decodeContents(bytes, count);
          expect(found).toHaveLength(count);
          for (const { result, bytes: own } of found) expect(own.length).toBe(Math.max(0, result));
        } catch (error) {
          expect((error as Error).message).toContain('contents that are none');
        }
      }),
    );
  });

  test('requests are sizes and paths', () => {
    expect([...encodeRequests([{ path: '/a', size: 258 }])]).toEqual([2, 1, 0, 0, 47, 97, 0]);
  });
});
