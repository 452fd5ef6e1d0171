import { fileType, fileTypes } from '../../ninep/qid.ts';
import type { PathStat } from '../../protocol/engine-api.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { decodeText } from '../../oci/text.ts';
import { base } from './gopath.ts';

/** What the API tells of a path that was looked up as `path`. */
export function pathStat(path: string, record: TreeRecord): PathStat {
  return {
    name: base(path),
    size: record.size,
    mode: goMode(record.mode),
    mtime: formatTimestamp(record),
    linkTarget: decodeText(record.link),
  };
}

const typeBits: Readonly<Record<number, number>> = {
  [fileTypes.directory]: 2 ** 31,
  [fileTypes.symlink]: 2 ** 27,
  [fileTypes.blockDevice]: 2 ** 26,
  [fileTypes.characterDevice]: 2 ** 26 + 2 ** 21,
  [fileTypes.fifo]: 2 ** 25,
  [fileTypes.socket]: 2 ** 24,
};

/** Go's os.FileMode (https://pkg.go.dev/io/fs#FileMode) of a mode as stat(2) tells it. */
export function goMode(mode: number): number {
  const setuid = mode & 0o4000 ? 2 ** 23 : 0;
  const setgid = mode & 0o2000 ? 2 ** 22 : 0;
  const sticky = mode & 0o1000 ? 2 ** 20 : 0;
  return (mode & 0o777) + setuid + setgid + sticky + (typeBits[fileType(mode)] ?? 0);
}

/** Go's RFC3339Nano. */
function formatTimestamp({ seconds, nanoseconds }: TreeRecord): string {
  const fraction = String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`;
}
