import { expect, test } from 'vitest';
import { layerSteps, sharedWith } from './sharing.ts';

test('those that have layers too, most first', () => {
  const app = { name: 'app', layers: ['a', 'b', 'c'] };
  const base = { name: 'base', layers: ['a', 'b'] };
  const other = { name: 'other', layers: ['a', 'x'] };
  const alone = { name: 'alone', layers: ['y'] };
  expect(sharedWith(app, [alone, other, base, app])).toEqual([
    { name: 'base', layers: 2 },
    { name: 'other', layers: 1 },
  ]);
  expect(sharedWith(alone, [alone, other, base, app])).toEqual([]);
});

const step = (CreatedBy: string, Size: number) => ({ CreatedBy, Size });

test('steps go with layers where their numbers allow it', () => {
  const [cmd, run, add] = [step('CMD', 0), step('RUN', 5), step('ADD', 7)];
  expect(layerSteps(['l1', 'l2'], [cmd, run, add])).toEqual([add, run]);
  // A step that made an empty layer cannot be told from one that made none.
  expect(layerSteps(['l1', 'l2'], [cmd, step('RUN', 0), add])).toEqual([undefined, undefined]);
  expect(layerSteps(['l1'], [])).toEqual([undefined]);
});
