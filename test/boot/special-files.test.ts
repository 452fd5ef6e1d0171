/**
 * Files of all kinds, with long names and those that are no UTF-8, large owners, early and late times, attributes: a commit's
 * layer and an export, header by header as a real engine's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { archive, args, command, folder, image, type Recorded } from './special-files/files.ts';
import { headersIn } from './special-files/headers.ts';
import { blobIn } from './special-files/saved.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const engine = () => machine().bottleship.engine;

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'special-files/recorded.json'), 'utf8'),
) as Recorded;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

beforeAll(async () => {
  await machine().out(`docker pull -q ${image}`);
  await machine().out(`docker create --name made ${args.join(' ')} ${image} ${command.join(' ')}`);
  await engine().containerPutArchive('made', '/', once(await archive()));
  await machine().out('docker start -a made && docker commit made made:1');
});

async function exported(name: string): Promise<string[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await engine().containerExport(name)) pieces.push(piece);
  return headersIn(Buffer.concat(pieces), folder);
}

test('the layer of a commit is the real engine’s, byte by byte', async () => {
  const { RootFS } = await engine().imageInspect('made:1');
  const diffId = RootFS.Layers.at(-1) ?? '';
  expect(headersIn(await blobIn(await engine().imageSave(['made:1']), diffId), folder)).toEqual(
    recorded.layer,
  );
  expect(diffId).toBe(recorded.diffId);
});

test('an export has the same headers', async () => {
  expect(await exported('made')).toEqual(recorded.export);
});

test('docker diff', async () => {
  expect((await machine().out('docker diff made')).split('\n').sort()).toEqual(recorded.diff);
});

test('a container of the commit has the same files', async () => {
  await machine().out('docker create --name again made:1');
  expect(await exported('again')).toEqual(recorded.again);
});
