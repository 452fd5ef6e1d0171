import { expect, test } from 'vitest';
import { duration, instructionOf, layerSizes, stateOf } from './step-text.ts';

test('a step and its line of the history are the same instruction', () => {
  expect(instructionOf('[2/3] RUN apk add  python3')).toBe('apk add python3');
  expect(instructionOf('RUN /bin/sh -c apk add python3 # buildkit')).toBe('apk add python3');
  expect(instructionOf('/bin/sh -c apk add python3')).toBe('apk add python3');
  expect(instructionOf('[stage-1 3/3] COPY a b')).toBe('COPY a b');
  expect(layerSizes([{ CreatedBy: 'COPY a b # buildkit', Size: 5 }]).get('COPY a b')).toBe(5);
});

test('states and times', () => {
  expect(stateOf({ name: '' })).toBe('waiting');
  expect(stateOf({ name: '', started: 1 })).toBe('running');
  expect(stateOf({ name: '', started: 1, completed: 2 })).toBe('done');
  expect(stateOf({ name: '', started: 1, completed: 2, cached: true })).toBe('cached');
  expect(stateOf({ name: '', started: 1, completed: 2, error: 'x' })).toBe('failed');
  expect(duration({ started: 1000, completed: 5240 })).toBe('4.2 s');
  expect(duration({ started: 1000 })).toBe('');
});
