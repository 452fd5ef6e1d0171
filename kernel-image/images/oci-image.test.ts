import { gunzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { expect, it } from 'vitest';
import { parseImageConfig } from '../../worker/oci/imageconfig.ts';
import { parseManifest } from '../../worker/oci/manifest.ts';
import { sha256 } from '../digest.ts';
import { packImage } from './oci-image.ts';

it('packs an image that the engine reads, the same each time', async () => {
  const tar = await packTar([
    { header: { name: 'a', size: 1, type: 'file', mtime: new Date(0) }, body: 'x' },
  ]);
  const source = {
    names: ['docker.io/library/a:1', 'docker.io/library/a:2'],
    tar,
    created: '2026-01-01T00:00:00Z',
    createdBy: 'test',
    config: { Env: ['A=1'], Cmd: ['a'] },
  };
  const { blobs, entries } = packImage(source);
  const text = (digest: string): string => new TextDecoder().decode(blobs.get(digest.replace('sha256:', '')));
  const manifest = parseManifest(text(entries[0]?.digest ?? ''));
  expect(entries.map(({ annotations }) => annotations['io.containerd.image.name'])).toEqual(source.names);
  expect([...blobs].every(([hex, bytes]) => sha256(bytes) === hex)).toBe(true);
  expect(parseImageConfig(text(manifest.config.digest)).rootfs.diff_ids).toEqual([`sha256:${sha256(tar)}`]);
  const layer = blobs.get(manifest.layers[0]?.digest.replace('sha256:', '') ?? '') ?? new Uint8Array();
  expect(new Uint8Array(gunzipSync(layer))).toEqual(new Uint8Array(tar));
  expect(packImage(source)).toEqual({ blobs, entries });
});
