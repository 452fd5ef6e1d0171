import { createHasher } from '../../content/hasher.ts';
import type { Hasher } from '../../content/hasher.ts';
import { digestHex } from '../../oci/digest.ts';
import { encodeText } from '../../oci/text.ts';
import type { SourceFile } from '../files/file.ts';
import { byBytes, walk } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';

/** What a source of COPY or ADD is, in a text that is the same for the same files: times do not count. */
export async function contentHash(path: string, node: TreeNode): Promise<string> {
  // One for all files: making one takes longer than hashing a small file.
  const hasher = await createHasher();
  if (node.file.kind !== 'directory') return `file:${await fileHash(hasher, path, node.file)}`;
  const start = path === '' || path === '.' ? [] : path.split('/');
  const hashes = start.length === 0 ? [] : [await fileHash(hasher, path, node.file)];
  for (const { path: names, node: child } of walk(node, start))
    hashes.push(await fileHash(hasher, names.join('/'), child.file));
  return `dir:${textHash(hasher, hashes.sort(byBytes).join(','))}`;
}

async function fileHash(hasher: Hasher, path: string, file: SourceFile): Promise<string> {
  const { kind, mode, uid, gid, size, link, major, minor, attributes } = file;
  const xattrs = [...attributes].map(([name, value]) => [name, [...value]]);
  const about = JSON.stringify([path, kind, mode, uid, gid, size, link, major, minor, xattrs]);
  const contents = kind === 'file' ? (file.digest ?? (await digestOf(hasher, file))) : '';
  return textHash(hasher, about + contents);
}

/** SHA-256 of the contents. */
async function digestOf(hasher: Hasher, file: SourceFile): Promise<string> {
  hasher.restart();
  for await (const piece of file.contents()) hasher.update(piece);
  return hasher.digest();
}

function textHash(hasher: Hasher, text: string): string {
  hasher.restart();
  hasher.update(encodeText(text));
  return digestHex(hasher.digest());
}
