import { IgnoreRules } from '../../oci/ignore.ts';
import type { BuildFile, BuildFiles } from '../../protocol/engine-api.ts';
import { cleanPath } from '../path.ts';
import type { ClientFiles, ListedFile } from '../session.ts';
import { FileError } from '../session.ts';
import { entryTypes, fileType } from '../syscalls.ts';

const noSuchFile = 2;
const notADirectory = 20;

/** A directory of the client's as a build context; `near` are quicker ways to what is below it. */
export function directoryFiles(
  files: Pick<ClientFiles, 'listAll' | 'read' | 'readAll'>,
  directory: string,
  near: Pick<ClientFiles, 'listAll' | 'readAll'> = files,
): BuildFiles {
  const root = directory.replace(/(?<=.)\/+$/, '');
  const inside = (path: string) => `${root === '/' ? '' : root}/${path}`;
  const below = (path: string) => path.slice(root.length).replace(/^\/+/, '');
  return {
    key: root,
    async find(path) {
      try {
        return await files.read(inside(cleanPath(path)));
      } catch (error) {
        if (error instanceof FileError && [noSuchFile, notADirectory].includes(error.errno)) return undefined;
        throw error;
      }
    },
    async *list(excludes) {
      const rules = new IgnoreRules(excludes);
      const enters = (path: string) => rules.hasExceptions || path === root || !rules.excludes(below(path));
      // A directory that is left out comes all the same when something in it is taken in again.
      let pending: BuildFile[] = [];
      for await (const file of near.listAll(root, enters)) {
        const path = below(file.path);
        const listed = path === '' ? undefined : buildFile(file, path);
        if (listed === undefined) continue;
        pending = pending.filter((one) => path.startsWith(`${one.path}/`));
        if (!rules.excludes(path)) {
          yield* pending;
          pending = [];
          yield listed;
        } else if (listed.kind === 'directory') pending.push(listed);
      }
    },
    async *read(wanted) {
      const contents = near.readAll(wanted.map(({ path, size }) => ({ path: inside(path), size })));
      let at = 0;
      for await (const content of contents) {
        const file = wanted[at];
        at += 1;
        if (file !== undefined) yield { file, content };
      }
    },
  };
}

/** Nothing for a socket. */
function buildFile({ stat, target }: ListedFile, path: string): BuildFile | undefined {
  const kind = entryTypes[stat.mode & fileType.mask];
  if (kind === undefined) return undefined;
  const { mode, size, mtime, ctime, identity, major, minor } = stat;
  return {
    path,
    kind,
    mode: mode & 0o7777,
    size: kind === 'file' ? size : 0,
    mtime: mtime.seconds,
    link: target,
    major,
    minor,
    version: `${size} ${mtime.seconds}.${mtime.nanoseconds} ${ctime.seconds}.${ctime.nanoseconds}`,
    identity,
  };
}
