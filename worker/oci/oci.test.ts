import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainIds } from './chainid.ts';
import { digestHex, parseDigest } from './digest.ts';
import { parseDiffId } from './diffid.ts';
import { BottleshipError } from './errors.ts';
import { parseImageConfig } from './imageconfig.ts';
import { parseIndex, selectManifest } from './imageindex.ts';
import { parseManifest } from './manifest.ts';
import { mediaTypes } from './mediatype.ts';
import { classifyLayerName } from './whiteout.ts';

const images = fileURLToPath(new URL('../../../shared/images', import.meta.url));
const hex = 'a'.repeat(64);
const descriptor = { mediaType: mediaTypes.ociConfig, digest: `sha256:${hex}`, size: 7 };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const of = (os: string, architecture: string, size: number) => ({
  ...descriptor,
  size,
  platform: { os, architecture },
});

describe('digest', () => {
  test('accepts registered algorithms', () => {
    expect(digestHex(parseDigest(`sha256:${hex}`))).toBe(hex);
    expect(parseDigest(`sha512:${hex}${hex}`)).toContain('sha512');
  });

  test.each([
    ['', 'invalid checksum digest format'],
    [`sha256:${hex}a`, 'invalid checksum digest length'],
    [`sha256:${'A'.repeat(64)}`, 'invalid checksum digest format'],
    [`md5:${hex}`, 'unsupported digest algorithm'],
    [`toString:${hex}`, 'invalid checksum digest format'],
    [`sha256:../${hex}`, 'invalid checksum digest format'],
    [7, 'invalid checksum digest format'],
  ])('refuses %j', (text, message) => {
    expect(() => parseDigest(text)).toThrow(message);
  });
});

test('chain IDs are those of the specification', async () => {
  const [a, b] = [parseDiffId(`sha256:${hex}`), parseDiffId(`sha256:${'b'.repeat(64)}`)];
  const chain = await chainIds([a, b, a], sha256);
  expect(chain[0]).toBe(a);
  expect(chain[1]).toBe(`sha256:${sha256(`${a} ${b}`)}`);
  expect(chain[2]).toBe(`sha256:${sha256(`${chain[1]} ${a}`)}`);
});

describe('manifest', () => {
  const manifest = { schemaVersion: 2, config: descriptor, layers: [descriptor] };

  test('parses OCI and Docker manifests', () => {
    expect(parseManifest(JSON.stringify(manifest)).mediaType).toBe(mediaTypes.ociManifest);
    const docker = { ...manifest, mediaType: mediaTypes.dockerManifest };
    expect(parseManifest(JSON.stringify(docker), mediaTypes.dockerManifest).layers).toHaveLength(1);
  });

  test.each([
    ['{', 'manifest is not JSON'],
    ['[]', 'manifest must be an object'],
    [JSON.stringify({ ...manifest, schemaVersion: 1 }), 'schema version 1'],
    [JSON.stringify({ ...manifest, manifests: [] }), 'both layers and manifests'],
    [JSON.stringify({ ...manifest, mediaType: mediaTypes.ociIndex }), 'unsupported manifest media type'],
    [
      JSON.stringify({ ...manifest, layers: [{ ...descriptor, size: -1 }] }),
      'manifest.layers[0].size must be at least 0',
    ],
    [
      JSON.stringify({ ...manifest, layers: [{ ...descriptor, digest: 'x' }] }),
      'manifest.layers[0].digest: invalid',
    ],
    [JSON.stringify({ schemaVersion: 2, layers: [] }), 'manifest.config is missing'],
  ])('refuses %s', (text, message) => {
    expect(() => parseManifest(text)).toThrow(message);
  });

  test('refuses a type other than the one it was sent as', () => {
    const text = JSON.stringify({ ...manifest, mediaType: mediaTypes.ociManifest });
    expect(() => parseManifest(text, mediaTypes.dockerManifest)).toThrow('was sent as');
  });
});

test('an index gives the manifest of a platform and skips attestations', () => {
  const index = parseIndex(
    JSON.stringify({ schemaVersion: 2, manifests: [of('unknown', 'unknown', 1), of('linux', '386', 2)] }),
  );
  expect(selectManifest(index, { os: 'linux', architecture: '386' })?.size).toBe(2);
  expect(selectManifest(index, { os: 'linux', architecture: 'arm' })).toBeUndefined();
});

test('image configs keep null out and __proto__ harmless', () => {
  const config = parseImageConfig(
    `{"os":"linux","architecture":"386","rootfs":{"type":"layers","diff_ids":null},
      "config":{"Entrypoint":null,"Cmd":["sh"],"Labels":{"__proto__":"x"}}}`,
  );
  expect(config.config).toEqual({ Cmd: ['sh'], Labels: Object.fromEntries([['__proto__', 'x']]) });
  expect(Object.getPrototypeOf(config.config?.Labels)).toBe(Object.prototype);
});

test('no parser throws anything but invalid', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const parse of [parseManifest, parseIndex, parseImageConfig]) {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BottleshipError);
          expect(error).toHaveProperty('kind', 'invalid');
        }
      }
    }),
  );
});

test('whiteouts are told from entries', () => {
  expect(classifyLayerName('.wh.x')).toEqual({ kind: 'whiteout', name: 'x' });
  expect(classifyLayerName('.wh..wh..opq')).toEqual({ kind: 'opaque' });
  expect(classifyLayerName('.wh..wh.plnk')).toEqual({ kind: 'meta' });
  expect(classifyLayerName('wh.x')).toEqual({ kind: 'entry', name: 'wh.x' });
});

describe.skipIf(!existsSync(images))('real images (skipped without ../shared/images)', () => {
  test.each(['busybox-uclibc', 'busybox-glibc'])('%s', (name) => {
    const blob = (digest: string) =>
      readFileSync(`${images}/${name}/blobs/sha256/${digestHex(digest)}`, 'utf8');
    const index = parseIndex(readFileSync(`${images}/${name}/index.json`, 'utf8'));
    const manifest = parseManifest(blob(index.manifests[0]?.digest ?? ''));
    const config = parseImageConfig(blob(manifest.config.digest));
    expect(config.architecture).toBe('386');
    expect(config.rootfs.diff_ids).toHaveLength(manifest.layers.length);
  });
});
