import { expect, test } from 'vitest';
import type { ImageSummary } from '../../worker/protocol/engine-api.ts';
import { docker } from './docker.ts';
import { FakeEngine } from './fake-engine.ts';
import { readRecorded } from './recorded.ts';

interface Case {
  readonly images: string;
  readonly args: string[];
  /** Of the terminal on standard output. */
  readonly cols?: number;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const recorded = readRecorded('image-tree') as { images: Record<string, ImageSummary[]>; cases: Case[] };
const named = recorded.cases.map((one) => {
  const terminal = one.cols === undefined ? '' : ` on ${one.cols} columns`;
  return [`docker images ${one.args.join(' ')}, ${one.images} images${terminal}`, one] as const;
});

test.each(named)('%s', async (_, { images, args, cols, ...expected }) => {
  const engine = new FakeEngine();
  engine.images = recorded.images[images] ?? [];
  const done = await docker(engine, `images ${args.join(' ')}`, (session) => {
    session.tty.stdout = cols !== undefined;
    session.size = cols === undefined ? undefined : { rows: 24, cols };
  });
  expect(done).toEqual(expected);
});
