/** The images that come with the page are what the builder makes of their Dockerfiles, to the byte. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import { expect, test } from 'vitest';
import { busyboxOf } from '../../kernel-image/images/busybox/recipe.ts';
import { helloWorldOf } from '../../kernel-image/images/hello-world/recipe.ts';
import { ImageBuilder } from '../../kernel-image/images/image-builder.ts';
import { packImage } from '../../kernel-image/images/oci-image.ts';
import { indexPath, readIndex, registryDir } from '../../kernel-image/images/oci-layout.ts';
import { parseManifest } from '../../worker/oci/manifest.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();

const blob = (digest: string) => readFileSync(join(registryDir, 'blobs', digest.replace(':', '/')));

/** A committed image's entry in the index, and its one layer. */
function committed(name: string) {
  const entry = readIndex(indexPath).find(
    ({ annotations }) => annotations['io.containerd.image.name'] === `docker.io/library/${name}`,
  );
  const [layer] = parseManifest(blob(entry?.digest ?? '').toString()).layers;
  return { entry, layer: gunzipSync(blob(layer?.digest ?? '')) };
}

/** The packages and the compiler that they were made with need not be here: the one program of each is in the image. */
test.each([
  ['busybox:latest', busyboxOf],
  ['hello-world:latest', helloWorldOf],
])('%s', async (name, recipeOf) => {
  const { entry, layer } = committed(name);
  const program = (await unpackTar(layer)).find(
    ({ header }) => header.type === 'file' && header.mode === 0o755,
  );
  const recipe = recipeOf(program?.data ?? new Uint8Array());
  const image = packImage(await new ImageBuilder(machine().bottleship).build(recipe));
  expect(image.entries).toEqual([entry]);
});
