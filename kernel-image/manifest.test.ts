import { expect, it } from 'vitest';
import { differences } from './manifest.ts';

const record = { inputs: { config: 'a', gone: 'b' }, outputs: {}, builtWith: [] };

it('says why a stage is stale', () => {
  expect(differences(record, { config: 'a', gone: 'b' })).toEqual([]);
  expect(differences(undefined, {})).toEqual(['it has never been built']);
  expect(differences(record, { config: 'x', fresh: 'c' })).toEqual([
    'config has changed',
    'fresh is a new input',
    'gone is no input any more',
  ]);
  expect(differences({ ...record, inputs: {}, outputs: { 'no/such/file': 'd' } }, {})).toEqual([
    'no/such/file is missing',
  ]);
});
