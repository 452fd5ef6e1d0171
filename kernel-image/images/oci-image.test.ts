import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { parseImageConfig } from '../../worker/oci/imageconfig.ts';
import { parseManifest } from '../../worker/oci/manifest.ts';
import { sha256 } from '../digest.ts';
import { packImage } from './oci-image.ts';
import { contextTar } from './recipe.ts';

it('packs an image that the engine reads, the same each time', async () => {
  const tar = await contextTar([{ path: 'a', bytes: new TextEncoder().encode('x') }], 0);
  const config = {
    architecture: '386',
    os: 'linux',
    config: { Env: ['A=1'], Cmd: ['a'] },
    history: [],
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
  };
  const image = {
    names: ['docker.io/library/a:1', 'docker.io/library/a:2'],
    configText: JSON.stringify(config),
    layers: [tar],
  };
  const { blobs, entries } = packImage(image);
  const text = (digest: string): string => new TextDecoder().decode(blobs.get(digest.replace('sha256:', '')));
  const manifest = parseManifest(text(entries[0]?.digest ?? ''));
  expect(entries.map(({ annotations }) => annotations['io.containerd.image.name'])).toEqual(image.names);
  expect([...blobs].every(([hex, bytes]) => sha256(bytes) === hex)).toBe(true);
  expect(parseImageConfig(text(manifest.config.digest)).rootfs.diff_ids).toEqual(config.rootfs.diff_ids);
  const layer = blobs.get(manifest.layers[0]?.digest.replace('sha256:', '') ?? '') ?? new Uint8Array();
  expect(new Uint8Array(gunzipSync(layer))).toEqual(new Uint8Array(tar));
  expect(packImage(image)).toEqual({ blobs, entries });
});
