import { encodeText } from '../../oci/text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import type { SourceFile } from './file.ts';
import { walk } from './lookup.ts';
import type { TreeNode } from './tree.ts';

/** Bytes of the files below a directory; those with several names count once. */
export function treeSize(root: TreeNode): number {
  const counted = new Set<SourceFile['identity']>();
  let size = 0;
  for (const { node } of walk(root)) {
    if (!counted.has(node.file.identity)) size += node.file.size;
    if (node.file.identity !== undefined) counted.add(node.file.identity);
  }
  return size;
}

/** What is below a directory as an archive, with times as exact as is wanted. */
export async function* treeTar(root: TreeNode, times: 'seconds' | 'nanoseconds'): AsyncGenerator<Uint8Array> {
  const firstNames = new Map<SourceFile['identity'], string>();
  for (const { path, node } of walk(root)) {
    const { file } = node;
    const name = path.join('/');
    const first = file.kind === 'directory' ? undefined : firstNames.get(file.identity);
    if (first === undefined && file.identity !== undefined) firstNames.set(file.identity, name);
    yield header(times === 'seconds' ? { ...file, nanoseconds: 0 } : file, name, first);
    if (file.kind !== 'file' || first !== undefined) continue;
    yield* file.contents();
    yield tarPadding(file.size);
  }
  yield tarEnd;
}

function header(file: SourceFile, name: string, first: string | undefined): Uint8Array {
  const { kind, mode, uid, gid, mtime, nanoseconds = 0, attributes } = file;
  const common = { mode, uid, gid, mtime, nanoseconds, attributes };
  const path = encodeText(kind === 'directory' ? `${name}/` : name);
  if (first !== undefined) return tarHeader({ ...common, type: 'hardlink', path, link: encodeText(first) });
  const link = kind === 'symlink' && { link: encodeText(file.link) };
  const { major, minor, size } = file;
  return tarHeader({
    ...common,
    type: kind,
    path,
    ...link,
    ...(kind === 'file' ? { size } : { major, minor }),
  });
}
