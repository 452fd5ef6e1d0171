import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { digestOfText } from '../../worker/engine/images/archivedimages.ts';
import { chooseManifest, machinePlatform } from '../../worker/engine/images/platform.ts';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import { digestAlgorithm } from '../../worker/oci/digest.ts';
import { invalid } from '../../worker/oci/errors.ts';
import { parseIndex } from '../../worker/oci/imageindex.ts';
import { isIndexType } from '../../worker/oci/mediatype.ts';
import { formatReference } from '../../worker/oci/reference.ts';
import { indexOf, nameOf } from '../../worker/oci/staticindex.ts';
import type { Document } from '../../worker/registry/repository.ts';
import { FolderStore, fileBytes } from '../folder/content.ts';
import type { MirroredImage } from './mirrored-image.ts';

/** The images of an OCI image layout, one for each name and for each entry that has none. */
export async function imagesOfLayout(dir: string): Promise<MirroredImage[]> {
  const { manifests } = parseIndex(readFileSync(join(dir, 'index.json'), 'utf8'));
  const groups = new Map<string, Descriptor[]>();
  for (const entry of manifests) {
    const key = nameText(entry) ?? entry.digest;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return Promise.all([...groups.values()].map((entries) => imageOf(dir, entries)));
}

async function imageOf(dir: string, entries: readonly Descriptor[]): Promise<MirroredImage> {
  const store = new FolderStore(dir);
  const named = entries.find(({ mediaType }) => isIndexType(mediaType)) ?? ours(entries);
  const name = nameOf(named);
  const shared = {
    names: name === undefined ? [] : [name],
    source: `oci:${basename(resolve(dir))}`,
    open: async (blob: Descriptor, from: number) => tail(store.path(blob.digest), from),
  };
  const document = await documentOf(store, named);
  if (isIndexType(named.mediaType)) {
    const chosen = chooseManifest(parseIndex(document.text, named.mediaType), machinePlatform);
    return { ...shared, manifest: await documentOf(store, chosen), index: document };
  }
  const index = indexOf(named);
  if (index === undefined) return { ...shared, manifest: document };
  return { ...shared, manifest: document, index: await documentOf(store, index) };
}

function ours(entries: readonly Descriptor[]): Descriptor {
  const bare = entries.find(({ platform }) => platform === undefined);
  return bare ?? chooseManifest({ schemaVersion: 2, mediaType: '', manifests: entries }, machinePlatform);
}

async function documentOf(
  store: FolderStore,
  { digest, mediaType }: Pick<Descriptor, 'digest'> & Partial<Descriptor>,
): Promise<Document> {
  const text = readFileSync(store.path(digest), 'utf8');
  if ((await digestOfText(text, digestAlgorithm(digest))) !== digest)
    throw invalid(`${store.path(digest)} does not have the digest that it is named by`);
  const own = (JSON.parse(text) as { mediaType?: string }).mediaType;
  return { digest, text, mediaType: mediaType ?? own ?? '' };
}

async function* tail(path: string, from: number): AsyncGenerator<Uint8Array> {
  let skip = from;
  for await (const chunk of fileBytes(path)) {
    if (chunk.length > skip) yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
}

function nameText(entry: Descriptor): string | undefined {
  const name = nameOf(entry);
  return name && formatReference(name);
}
