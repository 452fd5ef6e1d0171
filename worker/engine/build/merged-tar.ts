import { walk } from '../../build/files/lookup.ts';
import type { SourceFile } from '../../build/files/file.ts';
import { layersRoot } from '../../build/files/tree.ts';
import type { Layer } from '../../layers/layertree.ts';
import { encodeText } from '../../oci/text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import { gathered } from '../files/tarwriting.ts';

/** Bytes of the files that show through layers; those with several names count once. */
export function mergedSize(layers: readonly Layer[]): number {
  const counted = new Set<SourceFile['identity']>();
  let size = 0;
  for (const { node } of walk(layersRoot(layers))) {
    if (!counted.has(node.file.identity)) size += node.file.size;
    counted.add(node.file.identity);
  }
  return size;
}

/** The files that show through layers, the lowest first, in one archive, with exact times. */
export function mergedTar(layers: readonly Layer[]): AsyncGenerator<Uint8Array> {
  return gathered(entries(layers));
}

async function* entries(layers: readonly Layer[]): AsyncGenerator<Uint8Array> {
  const firstNames = new Map<SourceFile['identity'], string>();
  for (const { path, node } of walk(layersRoot(layers))) {
    const { file } = node;
    const name = path.join('/');
    const first = file.kind === 'directory' ? undefined : firstNames.get(file.identity);
    if (first === undefined) firstNames.set(file.identity, name);
    yield header(file, name, first);
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
