import type { ContentStore } from '../../content/contentstore.ts';
import type { BuildFile } from '../../protocol/engine-api.ts';
import type { SourceFile } from '../files/file.ts';
import { newDirectory } from '../files/file.ts';
import type { TreeNode } from '../files/tree.ts';
import type { Place } from './context-record.ts';

/** A file of a context, and where its contents are, if it has any. */
export interface PlacedFile {
  readonly file: BuildFile;
  readonly place: Place | undefined;
}

/** What is above files and has not been listed. */
const unlisted = newDirectory();
const noAttributes: ReadonlyMap<string, Uint8Array> = new Map();

class ContextNode implements TreeNode {
  file: SourceFile = unlisted;
  /** Only directories need it, and files are many. */
  #children: Map<string, ContextNode> | undefined;

  child(name: string): ContextNode | undefined {
    return this.#children?.get(name);
  }

  names(): Iterable<string> {
    return this.#children?.keys() ?? [];
  }

  make(name: string): ContextNode {
    const children = (this.#children ??= new Map());
    const node = children.get(name) ?? new ContextNode();
    children.set(name, node);
    return node;
  }
}

/** Everything belongs to root, as BuildKit has it. */
export function contextTree(files: Iterable<PlacedFile>, content: ContentStore): TreeNode {
  const root = new ContextNode();
  for (const placed of files) {
    let node = root;
    for (const name of placed.file.path.split('/')) node = node.make(name);
    node.file = sourceFile(placed, content);
  }
  return root;
}

function sourceFile({ file, place }: PlacedFile, content: ContentStore): SourceFile {
  const { kind, mode, mtime, link, major, minor } = file;
  const size = kind === 'file' ? file.size : 0;
  const identity = undefined;
  const about = {
    kind,
    mode,
    uid: 0,
    gid: 0,
    mtime,
    size,
    link,
    major,
    minor,
    attributes: noAttributes,
    identity,
  };
  if (place === undefined) return { ...about, contents: nothing };
  return { ...about, digest: place.digest, contents: () => contentsOf(content, place, size) };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve([]);
}

const piece = 1 << 20;

async function* contentsOf(
  content: ContentStore,
  { pack, offset }: Place,
  size: number,
): AsyncGenerator<Uint8Array> {
  const reader = await content.reader(pack);
  for (let at = 0; at < size; at += piece) yield await reader.read(offset + at, Math.min(piece, size - at));
}
