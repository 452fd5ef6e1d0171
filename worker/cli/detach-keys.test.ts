import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DetachKeys, parseKeys } from './detach-keys.ts';

const defaults = [16, 17];

function feed(keys: DetachKeys, ...pieces: number[][]) {
  const passed: number[] = [];
  for (const piece of pieces) {
    const { pass, detached } = keys.feed(Uint8Array.from(piece));
    passed.push(...pass);
    if (detached) return { passed, detached };
  }
  return { passed, detached: false };
}

describe('detach keys', () => {
  test('leave when they come one after the other, also in pieces', () => {
    expect(feed(new DetachKeys(''), [1, 16, 17, 2])).toEqual({ passed: [1], detached: true });
    expect(feed(new DetachKeys(''), [1, 16], [17])).toEqual({ passed: [1], detached: true });
    expect(feed(new DetachKeys('a,b'), [97, 97, 98])).toEqual({ passed: [97], detached: true });
  });

  test('are passed on when they were not meant so', () => {
    expect(feed(new DetachKeys(''), [16], [1], [16, 16, 1])).toEqual({
      passed: [16, 1, 16, 16, 1],
      detached: false,
    });
  });

  test('have names', () => {
    expect(parseKeys('ctrl-p,ctrl-q')).toEqual(Uint8Array.from(defaults));
    expect(parseKeys('ctrl-@,ctrl-[,x')).toEqual(Uint8Array.of(0, 27, 120));
    expect(parseKeys('ctrl-pp')).toBeUndefined();
  });

  test('take nothing away from input without them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 15 }))), (pieces) => {
        expect(feed(new DetachKeys(''), ...pieces)).toEqual({ passed: pieces.flat(), detached: false });
      }),
    );
  });
});
