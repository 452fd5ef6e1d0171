import { expect, test } from 'vitest';
import { LayerLines } from './layer-lines.ts';

test('the last message of each layer is its line, in the order of the layers', () => {
  const lines = new LayerLines();
  expect(lines.take({ status: 'Pulling from library/debian', id: 'bookworm' })).toBe(false);
  for (const id of ['aaa', 'bbb'])
    expect(lines.take({ status: 'Pulling fs layer', progressDetail: {}, id })).toBe(true);
  lines.take({ status: 'Downloading', progressDetail: { current: 1_500_000, total: 3_000_000 }, id: 'bbb' });
  lines.take({ status: 'Already exists', progressDetail: {}, id: 'aaa' });
  expect(lines.take({ status: 'Digest: sha256:00' })).toBe(false);
  expect(lines.lines).toEqual([
    { id: 'aaa', status: 'Already exists', amount: '' },
    { id: 'bbb', status: 'Downloading', amount: '1.5 MB of 3 MB' },
  ]);
});

test('progress counts a layer of unknown size as much as the others, and an ended one as whole', () => {
  const lines = new LayerLines();
  lines.take({ status: 'Pulling fs layer', progressDetail: {}, id: 'a' });
  expect(lines.progress).toBe('unknown');
  lines.take({ status: 'Pulling fs layer', progressDetail: {}, id: 'b' });
  lines.take({ status: 'Downloading', progressDetail: { current: 50, total: 100 }, id: 'a' });
  expect(lines.progress).toBe(0.25);
  lines.take({ status: 'Pull complete', progressDetail: {}, id: 'a' });
  expect(lines.progress).toBe(1);
});
