import { expect, test } from 'vitest';
import { frame, lineFrames } from './stream-frames.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const framed = (text: string) => lineFrames({ stream: 'stdout', bytes: encode(text) });

test('a frame names its stream and its size', () => {
  expect(frame({ stream: 'stderr', bytes: encode('no') })).toEqual(
    Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 2, 110, 111),
  );
});

test('a log has a frame for each line', () => {
  const expected = ['one\n', '\n', 'two'].map((text) => frame({ stream: 'stdout', bytes: encode(text) }));
  expect(framed('one\n\ntwo')).toEqual(new Uint8Array(expected.flatMap((bytes) => [...bytes])));
  expect(framed('')).toHaveLength(0);
});
