import { createHasher, type Hasher } from '../../content/hasher.ts';
import { digestHex } from '../../oci/digest.ts';
import { encodeText } from '../../oci/text.ts';
import type { SourceFile } from '../files/file.ts';
import { byBytes, lookUp, walk } from '../files/lookup.ts';
import { sumHeader } from '../files/tarsum.ts';
import type { TreeNode } from '../files/tree.ts';

/**
 * What a source of COPY or ADD is, in the text that the history shows and the cache compares: times do not count.
 * https://github.com/moby/moby/blob/v28.5.2/builder/remotecontext/archive.go (Hash), lazycontext.go (Hash)
 */
export async function sourceHash(root: TreeNode, path: string): Promise<string> {
  const { names, node } = lookUp(root, path);
  const hasher = await createHasher();
  if (node?.file.kind !== 'directory') return `file:${await pathHash(root, path, hasher)}`;
  const hashes = names.length === 0 ? [] : [await pathHash(root, names.join('/'), hasher)];
  for (const { path: below } of walk(node, names)) hashes.push(await pathHash(root, below.join('/'), hasher));
  return `dir:${await listHash(hashes.sort(byBytes))}`;
}

/** Of several sources together. */
export async function joinedHash(hashes: readonly string[]): Promise<string> {
  return hashes.length === 1 ? (hashes[0] ?? '') : `multi:${await listHash(hashes)}`;
}

/** Of a link counts what it leads to, wherever that is; what leads nowhere counts by its name. */
async function pathHash(root: TreeNode, path: string, hasher: Hasher): Promise<string> {
  const { names, node } = lookUp(root, path);
  const isSummed = root.file.sum !== undefined;
  if (node === undefined) return isSummed ? path : names.join('/');
  if (isSummed) return node.file.sum ?? path;
  return fileHash(names.join('/'), node.file, hasher);
}

/** Of a file that does not come from a tar of the client's. */
export async function fileHash(path: string, file: SourceFile, hasher?: Hasher): Promise<string> {
  const { kind, link, attributes } = file;
  hasher ??= await createHasher();
  hasher.restart();
  sumHeader(hasher, {
    ...file,
    type: kind,
    path: encodeText(kind === 'directory' ? `${path}/` : path),
    link: encodeText(link),
    attributes: new Map([...attributes].filter(([name]) => name === 'security.capability')),
  });
  if (kind === 'file') for await (const piece of file.contents()) hasher.update(piece);
  return digestHex(hasher.digest());
}

async function listHash(hashes: readonly string[]): Promise<string> {
  const hasher = await createHasher();
  hasher.update(encodeText(hashes.join(',')));
  return digestHex(hasher.digest());
}
