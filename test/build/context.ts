/** The context of a case: the files of its folder and those that only a description can hold, as a tar. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packTar, type TarEntry } from 'modern-tar';

/** A file as a case describes it: its text, or what it is. Null takes a file of the folder away. */
export type Described = string | DescribedFile | null;

export interface DescribedFile {
  readonly text?: string;
  readonly base64?: string;
  readonly directory?: true;
  /** Of a symbolic link. */
  readonly symlink?: string;
  /** The file's other name, which comes before it in the alphabet. */
  readonly hardlink?: string;
  /** Octal. */
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Seconds after all others: a client that knows a file by its time and size sends it again. */
  readonly later?: number;
  /** A tar of these files, in this order. */
  readonly tar?: readonly (DescribedFile & { readonly name: string })[];
}

/** Old enough not to be taken for the time of a build. */
const mtime = new Date('2024-03-04T05:06:07Z');

const ownFiles = new Set(['case.json', 'recorded.json']);

/** What is in a case's folder, by path. Modes are those that git keeps. */
export function readFolder(folder: string, below = ''): Map<string, Described> {
  const found = new Map<string, Described>();
  for (const name of readdirSync(join(folder, below)).sort()) {
    if (below === '' && ownFiles.has(name)) continue;
    const path = join(below, name);
    const stat = lstatSync(join(folder, path));
    if (stat.isSymbolicLink()) found.set(path, { symlink: readlinkSync(join(folder, path)) });
    else if (stat.isDirectory()) {
      found.set(path, { directory: true });
      for (const [inner, file] of readFolder(folder, path)) found.set(inner, file);
    } else
      found.set(path, {
        base64: readFileSync(join(folder, path)).toString('base64'),
        mode: (stat.mode & 0o100) === 0 ? '0644' : '0755',
      });
  }
  return found;
}

/** Files laid over others; directories that are missing are made. */
export function withFiles(
  files: ReadonlyMap<string, Described>,
  more: Readonly<Record<string, Described>>,
  later = 0,
): Map<string, Described> {
  const all = new Map(files);
  for (const [path, file] of Object.entries(more)) {
    if (file === null) all.delete(path);
    else all.set(path, later === 0 ? file : { ...fileOf(file), later });
    if (file === null) continue;
    for (const parent of parentsOf(path)) if (!all.has(parent)) all.set(parent, { directory: true });
  }
  return all;
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, at) => names.slice(0, at + 1).join('/'));
}

/** As BuildKit's client sends files: as root's. */
export function ofRoot(files: ReadonlyMap<string, Described>): Map<string, Described> {
  return new Map([...files].map(([path, file]) => [path, { ...fileOf(file), uid: 0, gid: 0 }]));
}

/** The tar that a client sends. */
export async function contextTar(files: ReadonlyMap<string, Described>): Promise<Uint8Array<ArrayBuffer>> {
  const paths = [...files.keys()].sort();
  return packTar(await Promise.all(paths.map((path) => entry(path, files.get(path) ?? ''))));
}

function fileOf(described: Described): DescribedFile {
  return described === null || typeof described === 'string' ? { text: described ?? '' } : described;
}

async function entry(name: string, described: Described): Promise<TarEntry> {
  const file = fileOf(described);
  const { mode, uid = 0, gid = 0, xattrs = {}, later = 0 } = file;
  const attributes = Object.entries(xattrs).map(([key, value]) => [`SCHILY.xattr.${key}`, value]);
  const header = {
    mtime: new Date(mtime.getTime() + later * 1000),
    uid,
    gid,
    mode: Number.parseInt(mode ?? (file.directory ? '0755' : '0644'), 8),
    ...(attributes.length > 0 && { pax: Object.fromEntries(attributes) as Record<string, string> }),
  };
  if (file.directory) return { header: { ...header, name: `${name}/`, size: 0, type: 'directory' } };
  const link = file.symlink ?? file.hardlink;
  if (link !== undefined) {
    const type = file.symlink === undefined ? 'link' : 'symlink';
    return {
      header: {
        ...header,
        mode: type === 'symlink' ? 0o777 : header.mode,
        name,
        size: 0,
        type,
        linkname: link,
      },
    };
  }
  const body = await content(file);
  return { header: { ...header, name, size: body.length, type: 'file' }, body };
}

async function content({ text = '', base64, tar }: DescribedFile): Promise<Uint8Array<ArrayBuffer>> {
  if (tar) return packTar(await Promise.all(tar.map(({ name, ...file }) => entry(name, file))));
  return new Uint8Array(base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64'));
}
