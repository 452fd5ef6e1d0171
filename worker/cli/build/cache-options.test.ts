import { describe, expect, test } from 'vitest';
import { cacheImports, wantsInlineCache } from './cache-options.ts';

describe('--cache-from', () => {
  test('names images, or what another engine could read', () => {
    const texts = ['user/app:cache', 'type=registry,ref=a', 'TYPE=local,src=/x', 'type=gha'];
    expect(cacheImports(texts)).toEqual([
      { type: 'registry', ref: 'user/app:cache' },
      { type: 'registry', ref: 'a' },
      { type: 'local' },
    ]);
  });

  test.each([
    ['type=registry', 'ERROR: failed to build: registry cache importer requires ref'],
    ['ref=foo', 'ERROR: type required form> "ref=foo"'],
    ['type=registry,foo', 'ERROR: invalid value foo'],
  ])('%s is refused', (text, message) => {
    expect(() => cacheImports([text])).toThrow(message);
  });
});

describe('--cache-to', () => {
  test('the image takes it along', () => {
    expect([[], ['type=gha'], ['type=inline']].map(wantsInlineCache)).toEqual([false, false, true]);
  });

  test.each(['type=local,dest=/x', 'user/app:cache', 'type=zzz'])('%s wants another builder', (text) => {
    expect(() => wantsInlineCache([text])).toThrow(/^ERROR: failed to build: Cache export is not supported/);
  });
});
