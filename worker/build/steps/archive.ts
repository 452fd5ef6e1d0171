import { unpacked } from '../../layers/unpack.ts';
import { errorKind } from '../../oci/errors.ts';
import { blockSize } from '../../oci/tar/header.ts';
import { readTar } from '../../oci/tar/reader.ts';
import type { TarEntry } from '../../oci/tar/scanner.ts';
import { decodeText } from '../../oci/text.ts';
import { internal } from '../errors.ts';
import type { LayerDraft } from '../files/draft.ts';
import type { SourceFile } from '../files/file.ts';
import { memoryFile, newDirectory } from '../files/file.ts';
import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import { cleanRelative } from '../../oci/path.ts';
import type { Owner } from './owner.ts';
import { rootOwner } from './owner.ts';
import { concat } from '../../oci/bytes.ts';

/** Whether a file is a tar, packed or not: its first entry can be read. */
export async function isArchive(file: SourceFile): Promise<boolean> {
  try {
    for await (const _ of readTar(unpacked(file.contents()))) return true;
    return false;
  } catch (error) {
    if (errorKind(error) === 'invalid') return false;
    throw error;
  }
}

/** Unpacks an archive into a directory of the draft, with the owners that it names unless there is one for all. */
export async function unpackArchive(
  draft: LayerDraft,
  directory: readonly string[],
  file: SourceFile,
  owner?: Owner,
): Promise<void> {
  draft.makeDirectory(directory, owner ?? rootOwner);
  const place = new Destination(draft, directory, owner);
  let pending: { entry: TarEntry; pieces: Uint8Array[] } | undefined;
  for await (const event of readTar(whole(unpacked(file.contents())))) {
    if ('bytes' in event) {
      pending?.pieces.push(event.bytes.slice());
      continue;
    }
    if (pending !== undefined) place.put(pending.entry, pending.pieces);
    pending = { entry: event.entry, pieces: [] };
  }
  if (pending !== undefined) place.put(pending.entry, pending.pieces);
  place.finish();
}

/** An archive whose end is cut off is broken, though all of its files are there. */
async function* whole(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of tar) {
    size += chunk.length;
    yield chunk;
  }
  if (size % blockSize !== 0) throw internal('unexpected EOF');
}

/** The directory that an archive is unpacked into, which is the root of all its names and links. */
class Destination {
  readonly #draft: LayerDraft;
  readonly #directory: readonly string[];
  /** Of everything, where it is not what the archive says. */
  readonly #owner: Owner | undefined;
  readonly #root: TreeNode;
  readonly #dates: [names: readonly string[], mtime: number][] = [];

  constructor(draft: LayerDraft, directory: readonly string[], owner: Owner | undefined) {
    this.#draft = draft;
    this.#owner = owner;
    this.#directory = directory;
    const { node } = lookUp(draft.root, directory.join('/'), false);
    if (node === undefined) throw internal(`/${directory.join('/')} is not there`);
    this.#root = node;
  }

  put(entry: TarEntry, pieces: Uint8Array[]): void {
    const written = decodeText(entry.path);
    const name = cleanRelative(written);
    if (name === '.' || name === '/') return;
    if (name === '..' || name.startsWith('../')) throw internal(`invalid entry name ${JSON.stringify(name)}`);
    requireInside(this.#root, name.split('/').slice(0, -1));
    const names = [...this.#directory, ...lookUp(this.#root, name, false).names];
    const file =
      entry.type === 'hardlink'
        ? this.#linked(name, decodeText(entry.link))
        : { ...fileOf(entry, pieces), ...this.#owner };
    this.#draft.put(names, file, this.#owner ?? rootOwner);
    if (file.kind === 'directory') this.#dates.push([names, file.mtime]);
  }

  /** When all is there. */
  finish(): void {
    for (const [names, mtime] of this.#dates) this.#draft.date(names, mtime);
  }

  #linked(name: string, link: string): SourceFile {
    if (/^\.\.(?:\/|$)/.test(cleanRelative(link)))
      throw internal(`invalid hardlink target ${JSON.stringify(link)}`);
    const { node } = lookUp(this.#root, link, false);
    if (node === undefined) throw internal(`linkat ${link} ${name}: no such file or directory`);
    return node.file;
  }
}

/**
 * Docker looks for the directory that a file lies in by Go's os.Root, out of which no `..` of a link on the way may lead;
 * where the directory itself is a link, it is followed within the root.
 */
function requireInside(root: TreeNode, directory: readonly string[]): void {
  const escapes = () => internal(`statat ${directory.join('/')}: path escapes from parent`);
  const trail: TreeNode[] = [];
  let pending = [...directory];
  for (let links = 0; pending.length > 1 && links < maxRootLinks;) {
    const [name = '', ...rest] = pending;
    pending = rest;
    if (name === '..') {
      if (trail.pop() === undefined) throw escapes();
      continue;
    }
    const node = (trail.at(-1) ?? root).child(name);
    if (node === undefined) return;
    if (node.file.kind !== 'symlink') {
      trail.push(node);
      continue;
    }
    if (node.file.link.startsWith('/')) trail.length = 0;
    links += 1;
    pending = [...node.file.link.split('/').filter((part) => part !== '' && part !== '.'), ...rest];
  }
}

/** As many as Go follows. */
const maxRootLinks = 255;

function fileOf(entry: TarEntry, pieces: Uint8Array[]): SourceFile {
  const { type, mode, uid, gid, mtime, major, minor, xattrs } = entry;
  const common = {
    // Linux knows no other of a link.
    mode: type === 'symlink' ? 0o777 : mode & 0o7777,
    uid,
    gid,
    mtime: Math.max(0, mtime.seconds),
    ...(xattrs && { attributes: xattrs }),
  };
  if (type === 'file') return { ...memoryFile(concat(pieces), common), identity: {} };
  const kind = type === 'hardlink' ? 'file' : type;
  return newDirectory({
    ...common,
    kind,
    major,
    minor,
    link: type === 'symlink' ? decodeText(entry.link) : '',
  });
}
