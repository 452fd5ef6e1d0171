import type { BuildContext, BuildFiles } from '../../protocol/engine-api.ts';
import { StatusError } from '../errors.ts';
import { absolutePath } from '../path.ts';
import type { ClientSession } from '../session.ts';
import { fileType } from '../syscalls.ts';
import { allOf, stdinArchive } from './build-source.ts';
import { nearTree } from '../near-tree.ts';
import { directoryFiles } from './directory-files.ts';

/** What BuildKit's way of building is given: a context, and the Dockerfile where it is none of it. */
export interface KitSource {
  readonly context: BuildContext;
  /** In the context, or for what it is called. */
  readonly dockerfile: string;
  readonly dockerfileText?: string;
}

/** Finds the context that the command names: a directory, `-` for standard input, or an address. */
export async function kitSource(session: ClientSession, context: string, file: string): Promise<KitSource> {
  if (context === '-') {
    if (file === '-')
      throw unprepared("invalid argument: can't use stdin for both build context and dockerfile");
    return stdinSource(session, file);
  }
  if (isAddress(context)) return { context: { address: context }, dockerfile: file || 'Dockerfile' };
  const { directory, files } = await localDirectory(session, context);
  return { context: { files }, ...(await dockerfileOf(session, directory, file)) };
}

/** `name=directory`, `name=docker-image://image`, `name=https://...`. */
export async function namedContexts(
  session: ClientSession,
  texts: readonly string[],
): Promise<Record<string, BuildContext>> {
  const found: Record<string, BuildContext> = {};
  for (const text of texts) {
    const cut = text.indexOf('=');
    if (cut <= 0 || cut === text.length - 1)
      throw new StatusError(1, `ERROR: invalid context value: ${text}, expected key=value`);
    const [name, value] = [text.slice(0, cut), text.slice(cut + 1)];
    found[name] = await namedContext(session, value);
  }
  return found;
}

async function namedContext(session: ClientSession, value: string): Promise<BuildContext> {
  const image = /^docker-image:\/\/(.+)$/.exec(value)?.[1];
  if (image !== undefined) return { image };
  if (isAddress(value)) return { address: value };
  if (/^[\w+-]+:\/\//.test(value))
    throw new StatusError(1, `ERROR: unsupported context source ${value.split(':', 1)[0]} for ${value}`);
  return { files: (await localDirectory(session, value)).files };
}

function isAddress(text: string): boolean {
  return /^(?:https?:\/\/|git:\/\/|github\.com\/|git@)/.test(text);
}

/** Those that are near are read without the client. */
async function localDirectory(
  session: ClientSession,
  path: string,
): Promise<{ directory: string; files: BuildFiles }> {
  const { files, cwd } = session;
  const directory = absolutePath(path, cwd);
  const stat = await files.stat(directory);
  if (stat === undefined) throw unprepared(`path ${JSON.stringify(path)} not found`);
  if ((stat.mode & fileType.mask) !== fileType.directory)
    throw unprepared(`path ${JSON.stringify(path)} not found`);
  const near = await nearTree(session, directory, stat);
  return { directory, files: directoryFiles(files, directory, near) };
}

async function dockerfileOf(
  { files, cwd, stdin }: ClientSession,
  directory: string,
  file: string,
): Promise<Pick<KitSource, 'dockerfile' | 'dockerfileText'>> {
  if (file === '') return { dockerfile: 'Dockerfile' };
  if (file === '-')
    return { dockerfile: 'Dockerfile', dockerfileText: new TextDecoder().decode(await allOf(stdin)) };
  if (isAddress(file)) throw unprepared(`a Dockerfile from an address is not supported: ${file}`);
  const path = absolutePath(file, cwd);
  const prefix = directory.endsWith('/') ? directory : `${directory}/`;
  if (path.startsWith(prefix)) return { dockerfile: path.slice(prefix.length) };
  if (!(await files.exists(path)))
    throw new StatusError(
      1,
      `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${path.split('/').at(-1)}: no such file or directory`,
    );
  const dockerfileText = new TextDecoder().decode(await files.read(path));
  return { dockerfile: path.split('/').at(-1) ?? 'Dockerfile', dockerfileText };
}

async function stdinSource(session: ClientSession, file: string): Promise<KitSource> {
  const { isArchive, bytes } = await stdinArchive(session.stdin);
  if (isArchive) return { context: { tar: bytes }, dockerfile: file || 'Dockerfile' };
  if (file !== '')
    throw unprepared('ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles');
  const dockerfileText = new TextDecoder().decode(await allOf(bytes));
  return { context: { tar: nothing() }, dockerfile: 'Dockerfile', dockerfileText };
}

/** A tar with nothing in it. */
async function* nothing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(1024));
}

function unprepared(problem: string): StatusError {
  return new StatusError(1, `ERROR: failed to build: unable to prepare context: ${problem}`);
}
