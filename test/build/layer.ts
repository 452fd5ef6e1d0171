/** The files of a layer's tar, one a line. */
import { createHash } from 'node:crypto';
import { type ParsedTarEntryWithData, unpackTar } from 'modern-tar';

const day = 86_400_000;

export async function layerLines(tar: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const entries = await unpackTar(tar);
  return entries
    .map((entry) => ({ path: pathOf(entry), line: line(entry, entries) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ line: text }) => text);
}

function pathOf({ header }: ParsedTarEntryWithData): string {
  return header.name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

/** Kind, permissions, owner, path, then what the kind has; the time where it is not that of the build. */
function line(entry: ParsedTarEntryWithData, all: readonly ParsedTarEntryWithData[]): string {
  const names = linkedNames(entry, all);
  const first = names[0] ?? '';
  if (pathOf(entry) !== first) return `hard link ${pathOf(entry)} = ${first}`;
  const { header, data } = target(entry, all);
  const words = [
    header.type ?? 'file',
    (header.mode ?? 0).toString(8).padStart(4, '0'),
    `${header.uid ?? 0}:${header.gid ?? 0}`,
    pathOf(entry) || '/',
  ];
  if (header.type === 'symlink') words.push(`-> ${header.linkname ?? ''}`);
  if (header.type === 'file') words.push(`${data?.length ?? 0} ${digest(data)}`);
  for (const [key, value] of Object.entries(header.pax ?? {}))
    if (key.startsWith('SCHILY.xattr.')) words.push(`${key.slice(13)}=${JSON.stringify(value)}`);
  const { mtime = new Date(0) } = header;
  if (Math.abs(Date.now() - mtime.getTime()) > day) words.push(`@${mtime.toISOString().slice(0, 19)}`);
  return words.join(' ');
}

function digest(data: Uint8Array = new Uint8Array()): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}

/** The file that has the content: a hard link's target. */
function target(
  entry: ParsedTarEntryWithData,
  all: readonly ParsedTarEntryWithData[],
): ParsedTarEntryWithData {
  if (entry.header.type !== 'link') return entry;
  const path = targetPath(entry);
  return all.find((one) => one.header.type !== 'link' && pathOf(one) === path) ?? entry;
}

/** Which of its names a file is written under, and which are links, is no difference. */
function linkedNames(entry: ParsedTarEntryWithData, all: readonly ParsedTarEntryWithData[]): string[] {
  const path = pathOf(target(entry, all));
  const links = all.filter((one) => one.header.type === 'link' && targetPath(one) === path);
  return [path, ...links.map(pathOf)].sort();
}

function targetPath({ header }: ParsedTarEntryWithData): string {
  return (header.linkname ?? '').replace(/^(?:\.?\/)+/, '');
}
