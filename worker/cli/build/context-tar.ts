import { IgnoreRules, ignoreLines } from '../../oci/ignore.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import type { NewTarEntry } from '../../oci/tar/writer.ts';
import { localEntry } from '../cp/local-tar.ts';
import { cleanPath } from '../path.ts';
import type { ClientFiles } from '../session.ts';
import { encodeText } from '../text.ts';

/** A file that is sent with the context though it is none of it. */
export interface ExtraFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What of a directory is sent: all that its .dockerignore does not leave out, and the Dockerfile in any case. */
export async function contextRules(
  files: ClientFiles,
  directory: string,
  dockerfile: string,
): Promise<IgnoreRules> {
  const path = `${directory}/.dockerignore`;
  if (!(await files.exists(path))) return new IgnoreRules([]);
  const lines = ignoreLines(new TextDecoder().decode(await files.read(path)));
  const rules = new IgnoreRules(lines);
  const needed = ['.dockerignore', dockerfile].filter((name) => rules.excludes(cleanPath(name)));
  return new IgnoreRules([...lines, ...needed.map((name) => `!${cleanPath(name)}`)]);
}

/** The context in a directory as a tar: everything belongs to root, names begin below the directory. */
export async function* contextTar(
  files: ClientFiles,
  directory: string,
  rules: IgnoreRules,
  extra: readonly ExtraFile[] = [],
): AsyncGenerator<Uint8Array> {
  const names = new Map<string, string>();
  const below = (path: string) => path.slice(directory.length).replace(/^\/+/, '');
  const enters = (path: string) => rules.hasExceptions || path === directory || !rules.excludes(below(path));
  const reads = (path: string) => !rules.excludes(below(path));
  for await (const file of files.walk(directory, { enters, reads })) {
    const name = below(file.path);
    const entry = name === '' || rules.excludes(name) ? undefined : localEntry(file, name, names);
    if (entry === undefined) continue;
    yield tarHeader({ ...entry, uid: 0, gid: 0 });
    if (entry.type !== 'file') continue;
    yield* file.content;
    yield tarPadding(file.stat.size);
  }
  for (const { name, bytes } of extra) yield* looseFile(name, bytes);
  yield tarEnd;
}

/** The tar of a context that is nothing but a Dockerfile. */
export async function* dockerfileTar(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* looseFile('Dockerfile', bytes);
  yield await Promise.resolve(tarEnd);
}

function* looseFile(name: string, bytes: Uint8Array): Generator<Uint8Array> {
  const entry: NewTarEntry = {
    type: 'file',
    path: encodeText(name),
    mode: 0o600,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: bytes.length,
  };
  yield tarHeader(entry);
  yield bytes;
  yield tarPadding(bytes.length);
}
