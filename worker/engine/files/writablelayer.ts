import { fileType, fileTypes } from '../../ninep/qid.ts';
import { decodeText } from '../../oci/text.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { recordKind } from '../../protocol/filetree.ts';
import type { Container } from '../containers/container.ts';
import type { ContainerTrees } from './containertrees.ts';
import type { Filetree } from './filetree.ts';

/** A file of a container's writable layer, with what is below it. */
export interface WritableFile {
  readonly record: TreeRecord;
  /** By name, sorted. */
  readonly children: Map<string, WritableFile>;
}

/** Reads what a container has written, without contents; nothing when it has written nothing. */
export async function readWritableLayer(
  trees: ContainerTrees,
  container: Container,
): Promise<WritableFile | undefined> {
  if (!container.hasSnapshot) return undefined;
  return trees.visit(container, 'writable', ['pack', '-x', '/'], readWalk);
}

/** What a `pack` without contents tells of. */
export async function readWalk({ records }: Filetree): Promise<WritableFile> {
  await records.next();
  const root: WritableFile = { record: await records.next(), children: new Map() };
  for (;;) {
    const record = await records.next();
    if (record.kind === recordKind.end) return root;
    add(root, record);
  }
}

/** Directories come before what is in them. */
function add(root: WritableFile, record: TreeRecord): void {
  const path = decodeText(record.name).split('/');
  const name = path.pop() ?? '';
  let directory: WritableFile | undefined = root;
  for (const part of path) directory = directory?.children.get(part);
  directory?.children.set(name, { record, children: new Map() });
}

/** How overlayfs writes that a name of the layers below is gone. */
export function isWhiteout({ mode, major, minor }: TreeRecord): boolean {
  return fileType(mode) === fileTypes.characterDevice && major === 0 && minor === 0;
}

/** Nothing of the layers below shows through this directory. */
export function isOpaque({ attributes }: TreeRecord): boolean {
  return attributes.has('trusted.overlay.opaque');
}

/** Bytes of all files; those with several names count once. */
export function sizeOfWritable(file: WritableFile | undefined, counted = new Set<string>()): number {
  if (file === undefined) return 0;
  const { record, children } = file;
  let size = 0;
  for (const child of children.values()) size += sizeOfWritable(child, counted);
  return fileType(record.mode) === fileTypes.directory ? size : sizeOnce(record, counted);
}

function sizeOnce({ device, inode, links, size }: TreeRecord, counted: Set<string>): number {
  if (links < 2) return size;
  const key = `${device}:${inode}`;
  if (counted.has(key)) return 0;
  counted.add(key);
  return size;
}
