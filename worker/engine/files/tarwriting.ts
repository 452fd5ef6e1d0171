import { fileType, fileTypes } from '../../ninep/qid.ts';
import type { NewTarEntry } from '../../oci/tar/writer.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import type { TarEntryType } from '../../oci/tar/typeflag.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { recordFlag, recordKind } from '../../protocol/filetree.ts';
import type { RecordReader } from './recordreader.ts';

/** What an entry is called in the archive, by its name in the walk; nothing leaves it out. Directories get their slash later. */
export type Naming = (name: Uint8Array) => Uint8Array | undefined;

const blockSize = 64 * 1024;

const types: Readonly<Record<number, TarEntryType>> = {
  [fileTypes.fifo]: 'fifo',
  [fileTypes.characterDevice]: 'character',
  [fileTypes.directory]: 'directory',
  [fileTypes.blockDevice]: 'block',
  [fileTypes.regular]: 'file',
  [fileTypes.symlink]: 'symlink',
};

/**
 * The archive of a walk that `pack` has begun, as Docker writes it: times in whole seconds, second names of a file as hard
 * links, no sockets. https://github.com/moby/go-archive/blob/v0.1.0/archive.go (addTarFile)
 */
export function tarOfWalk(records: RecordReader, naming: Naming): AsyncGenerator<Uint8Array> {
  return tarOfRecords(records, (record) => {
    const name = naming(record.name);
    return name === undefined ? [] : [{ ...record, name }];
  });
}

/**
 * The same, where each record becomes those that `rewrite` makes of it, with their names in the archive; the contents
 * are the first one's.
 */
export function tarOfRecords(
  records: RecordReader,
  rewrite: (record: TreeRecord) => readonly TreeRecord[],
  times: Times = 'seconds',
): AsyncGenerator<Uint8Array> {
  return gathered(pieces(records, rewrite, times));
}

/** How exactly an archive has the times of its files. */
type Times = 'seconds' | 'nanoseconds';

async function* pieces(
  records: RecordReader,
  rewrite: (record: TreeRecord) => readonly TreeRecord[],
  times: Times,
): AsyncGenerator<Uint8Array> {
  const seen = new Map<string, TreeRecord>();
  for (;;) {
    const record = await records.next();
    if (record.kind === recordKind.end) break;
    const [entry, ...more] = rewrite(record).map((one) => tarEntry(one, seen, times));
    const size = record.flags & recordFlag.contents ? record.size : 0;
    if (entry !== undefined) yield tarHeader(entry);
    for await (const piece of records.contents(size)) if (entry !== undefined) yield piece;
    if (entry !== undefined) yield tarPadding(size);
    for (const other of more) if (other !== undefined) yield tarHeader(other);
  }
  yield tarEnd;
}

function tarEntry(record: TreeRecord, seen: Map<string, TreeRecord>, times: Times): NewTarEntry | undefined {
  const type = types[fileType(record.mode)];
  if (type === undefined) return undefined;
  const { name, mode, uid, gid, seconds, major, minor } = record;
  const first = record.links > 1 && type !== 'directory' ? firstOf(record, seen) : undefined;
  const attributes = unrooted((first ?? record).attributes);
  const isDevice = type === 'character' || type === 'block';
  const exactly = times === 'nanoseconds' && { nanoseconds: record.nanoseconds };
  const common = {
    mode,
    uid,
    gid,
    mtime: seconds,
    ...exactly,
    attributes,
    ...(isDevice && { major, minor }),
  };
  if (first !== undefined) return { ...common, type: 'hardlink', path: name, link: first.name };
  if (type === 'directory') return { ...common, type, path: withSlash(name) };
  if (type === 'symlink') return { ...common, type, path: name, link: record.link };
  return type === 'file'
    ? { ...common, type, path: name, size: record.size }
    : { ...common, type, path: name };
}

/** What the same file is in the archive already. Its attributes are told with its first name alone. */
function firstOf(record: TreeRecord, seen: Map<string, TreeRecord>): TreeRecord | undefined {
  const key = `${record.device}:${record.inode}`;
  const first = seen.get(key);
  if (first === undefined) seen.set(key, record);
  return first;
}

const capability = 'security.capability';

/** Capabilities of a user namespace mean nothing outside of it: Docker writes them as those of any. */
function unrooted(attributes: TreeRecord['attributes']): TreeRecord['attributes'] {
  const value = attributes.get(capability);
  if (value?.[3] !== 3) return attributes;
  const general = value.slice(0, 20);
  general[3] = 2;
  return new Map([...attributes, [capability, general]]);
}

const slash = 0x2f;

function withSlash(name: Uint8Array): Uint8Array {
  if (name.at(-1) === slash) return name;
  const out = new Uint8Array(name.length + 1);
  out.set(name);
  out[name.length] = slash;
  return out;
}

/** Small pieces made into blocks. */
export async function* gathered(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(blockSize);
  let used = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + blockSize - used);
      block.set(part, used);
      used += part.length;
      at += part.length;
      if (used < blockSize) continue;
      yield block;
      block = new Uint8Array(blockSize);
      used = 0;
    }
  }
  if (used > 0) yield block.subarray(0, used);
}
