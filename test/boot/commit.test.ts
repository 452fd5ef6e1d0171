/** What a container has changed, as the layer of a commit and as an export, compared with a real engine's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTar } from '../../worker/oci/tar/reader.ts';
import { decodeText } from '../../worker/oci/text.ts';
import { seenIn } from './hostile-layers/seen.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const engine = () => machine().bottleship.engine;

/** The same commands, on busybox, in Docker Engine 28.5.2: what `docker diff` says, and the names and types of the layer. */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'commit.recorded.json'), 'utf8')) as {
  script: string;
  diff: string[];
  layer: string[];
};

let layer: Record<string, string> = {};

beforeAll(async () => {
  await machine().out('docker run --name changed --cap-add MKNOD -i busybox sh', recorded.script);
  await machine().out('docker commit changed changed:1');
  layer = await topLayer('changed:1');
});
afterAll(() => machine().out('docker rm -f changed'));

/** Of the tar that `docker save` makes. */
async function topLayer(image: string): Promise<Record<string, string>> {
  const { RootFS } = await engine().imageInspect(image);
  const wanted = `blobs/sha256/${RootFS.Layers.at(-1)?.replace('sha256:', '')}`;
  const pieces: Uint8Array[] = [];
  let inside = false;
  for await (const event of readTar(await engine().imageSave([image]))) {
    if ('entry' in event) inside = decodeText(event.entry.path) === wanted;
    else if (inside) pieces.push(event.bytes);
  }
  async function* once(): AsyncGenerator<Uint8Array> {
    yield Buffer.concat(pieces);
  }
  return seenIn(once());
}

async function layers(name: string): Promise<string[]> {
  return (await engine().imageInspect(name)).RootFS.Layers;
}

test('docker diff', async () => {
  expect((await machine().out('docker diff changed')).split('\n').sort()).toEqual(recorded.diff);
});

test('names, kinds, modes, owners and links of the layer', () => {
  const shown = Object.entries(layer).map(([path, looks]) => {
    const [type, mode, owner] = looks.split(' ');
    const link = / -> (.*)$/.exec(looks)?.[1];
    return path.includes('.wh.') ? path : [path, type, mode, owner, link].filter(Boolean).join(' ');
  });
  expect(shown.sort()).toEqual(recorded.layer);
});

test('times, devices and contents', () => {
  expect(layer['a']).toMatch(/^file 755 12:34 981173106 2#87428fc5$/);
  expect(layer['dev0']).toMatch(/^character 644 0:0 \d+ 1,3$/);
  expect(layer['blk']).toMatch(/^block 644 0:0 \d+ 7,0$/);
});

test('a container of the commit has it all, and so has an export', async () => {
  const look = 'ls -la / /bin/mylink /var/spool /root /deep; cat /a /var/spool/new; ls /etc/group /home 2>&1';
  const inNew = await machine().out(`docker run --rm changed:1 sh -c '${look}; true'`);
  expect(inNew).toContain('new');
  expect(inNew).toContain('/etc/group: No such file or directory');
  const exported = await seenIn(await engine().containerExport('changed'));
  expect(exported['b']).toMatch(/^hardlink .* -> a$/);
  expect(exported['bin/mylink']).toMatch(/^hardlink /);
  expect(exported['fifo']).toMatch(/^fifo /);
  expect(exported['home']).toBeUndefined();
  expect(Object.keys(exported).filter((path) => path.includes('.wh.'))).toEqual([]);
});

test('a commit of an unchanged tree adds no layer', async () => {
  await machine().out('docker run --name same busybox true; docker commit same same:1; docker rm same');
  expect(await layers('same:1')).toEqual(await layers('busybox'));
  expect(await machine().out("docker history --format '{{.Size}}' same:1 | head -n 1")).toBe('0B');
});
