import { createHasher } from '../../content/hasher.ts';
import { digestHex } from '../../oci/digest.ts';
import { encodeText } from '../../oci/text.ts';
import type { SourceFile } from '../files/file.ts';
import { byBytes, walk } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';

/** What a source of COPY or ADD is, in a text that is the same for the same files: times do not count. */
export async function contentHash(path: string, node: TreeNode): Promise<string> {
  if (node.file.kind !== 'directory') return `file:${await fileHash(path, node.file)}`;
  const start = path === '' || path === '.' ? [] : path.split('/');
  const hashes = start.length === 0 ? [] : [await fileHash(path, node.file)];
  for (const { path: names, node: child } of walk(node, start))
    hashes.push(await fileHash(names.join('/'), child.file));
  return `dir:${await textHash(hashes.sort(byBytes).join(','))}`;
}

async function fileHash(path: string, file: SourceFile): Promise<string> {
  const { kind, mode, uid, gid, size, link, major, minor, attributes } = file;
  const hasher = await createHasher();
  const xattrs = [...attributes].map(([name, value]) => [name, [...value]]);
  hasher.update(encodeText(JSON.stringify([path, kind, mode, uid, gid, size, link, major, minor, xattrs])));
  if (kind === 'file') hasher.update(encodeText(file.digest ?? (await digestOf(file))));
  return digestHex(hasher.digest());
}

/** SHA-256 of the contents. */
async function digestOf(file: SourceFile): Promise<string> {
  const hasher = await createHasher();
  for await (const piece of file.contents()) hasher.update(piece);
  return hasher.digest();
}

async function textHash(text: string): Promise<string> {
  const hasher = await createHasher();
  hasher.update(encodeText(text));
  return digestHex(hasher.digest());
}
