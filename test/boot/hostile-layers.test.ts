/** Layers that mean harm, or make no sense: loaded, and seen as a real engine shows them, or refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rawTar } from '../../worker/layers/tarfixture.suite.ts';
import { archiveOf, cases, tagOf } from './hostile-layers/cases.ts';
import { seenIn, type Seen } from './hostile-layers/seen.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'hostile-layers', name), 'utf8'));
const recorded = read('recorded.json') as Record<string, Seen>;
/** Where ours is another answer, and why. */
const differences = read('differences.json') as Record<string, { reason: string; ours: Seen }>;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function load(archive: Uint8Array): Promise<void> {
  for await (const { error } of await machine().bottleship.engine.imageLoad(once(archive)))
    if (error !== undefined) throw new Error(error);
}

async function seen(name: string): Promise<Seen> {
  const { engine } = machine().bottleship;
  try {
    await load(archiveOf(name));
    const { Id } = await engine.containerCreate({ Image: tagOf(name) });
    const files = await seenIn(await engine.containerExport(Id));
    await engine.containerDelete(Id);
    await engine.imageDelete(tagOf(name));
    return files;
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const isError = (one: Seen | undefined): boolean => typeof one?.['error'] === 'string';

test.each(Object.keys(cases))('%s', async (name) => {
  const ours = await seen(name);
  const [theirs, difference] = [recorded[name], differences[name]];
  if (difference !== undefined) {
    expect(ours).toEqual(difference.ours);
    expect(isError(ours) && isError(theirs), 'a difference that is none').toBe(false);
    expect(ours).not.toEqual(theirs);
  } else if (isError(theirs)) expect(ours).toEqual({ error: expect.stringMatching(/./) as string });
  else expect(ours).toEqual(theirs);
});

test('nothing of it is left, neither as an image nor as a container', async () => {
  expect(await machine().out('docker images -aq; docker ps -aq')).toBe('');
});

test('100,000 files in one layer', async () => {
  const entries = Array.from({ length: 100_000 }, (_, at) => ({ name: `d${at % 100}/f${at}`, data: 'x' }));
  await machine().sh('docker import -c \'CMD ["sh"]\' - many', rawTar(...entries));
  const { engine } = machine().bottleship;
  const { Id } = await engine.containerCreate({ Image: 'many' });
  const { tar } = await engine.containerGetArchive(Id, '/d42');
  expect(Object.keys(await seenIn(tar))).toHaveLength(1001);
  await engine.containerDelete(Id);
  expect((await engine.imageInspect('many')).Size).toBe(100_000);
});
