import { StatusError } from '../errors.ts';
import { absolutePath } from '../path.ts';
import type { ClientSession } from '../session.ts';
import { fileType } from '../syscalls.ts';
import { contextRules, contextTar, dockerfileTar } from './context-tar.ts';
import { concat } from '../../oci/bytes.ts';

/** What is sent to be built. */
export interface BuildSource {
  readonly tar: AsyncIterable<Uint8Array>;
  /** Where the engine finds the Dockerfile in it. */
  readonly dockerfile: string;
  /** The address of the context, where it is not sent. */
  readonly remote?: string;
}

/** Finds the context that the command names: a directory, `-` for standard input, or an address. */
export async function buildSource(
  session: ClientSession,
  context: string,
  file: string,
): Promise<BuildSource> {
  if (context === '-') {
    if (file === '-')
      throw new StatusError(1, "invalid argument: can't use stdin for both build context and dockerfile");
    return stdinSource(session, file);
  }
  if (/^(?:https?:\/\/|git:\/\/|github\.com\/|git@)/.test(context))
    return { tar: nothing(), dockerfile: file || 'Dockerfile', remote: context };
  return directorySource(session, context, file);
}

async function directorySource(session: ClientSession, context: string, file: string): Promise<BuildSource> {
  const { files, cwd } = session;
  const directory = absolutePath(context, cwd);
  const stat = await files.stat(directory);
  if (stat === undefined) throw unprepared(`path ${JSON.stringify(context)} not found`);
  if ((stat.mode & fileType.mask) !== fileType.directory)
    throw unprepared(`context must be a directory: ${directory}`);
  const inside = file === '-' ? undefined : await dockerfileIn(session, directory, file);
  if (inside !== undefined) {
    const rules = await contextRules(files, directory, inside);
    return { tar: contextTar(files, directory, rules), dockerfile: inside };
  }
  const bytes = file === '-' ? await allOf(session.stdin) : await files.read(absolutePath(file, cwd));
  const name = `.dockerfile.${crypto.randomUUID().slice(0, 8)}`;
  const rules = await contextRules(files, directory, name);
  return { tar: contextTar(files, directory, rules, [{ name, bytes }]), dockerfile: name };
}

/** Its path in the context; undefined for one that lies elsewhere. */
async function dockerfileIn(
  { files, cwd }: ClientSession,
  directory: string,
  file: string,
): Promise<string | undefined> {
  const path = file === '' ? `${directory}/Dockerfile` : absolutePath(file, cwd);
  const lower = `${directory}/dockerfile`;
  const there = await files.exists(path);
  if (!there && file === '' && (await files.exists(lower))) return 'dockerfile';
  if (!there)
    throw unprepared(
      `unable to evaluate symlinks in Dockerfile path: lstat ${path}: no such file or directory`,
    );
  const prefix = directory.endsWith('/') ? directory : `${directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** A tar, packed or not, or else a Dockerfile. */
async function stdinSource({ stdin }: ClientSession, file: string): Promise<BuildSource> {
  const { isArchive, bytes } = await stdinArchive(stdin);
  if (isArchive) return { tar: bytes, dockerfile: file || 'Dockerfile' };
  if (file !== '')
    throw unprepared('ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles');
  return { tar: dockerfileTar(await allOf(bytes)), dockerfile: 'Dockerfile' };
}

/** Whether standard input is an archive, packed or not, and all of it. */
export async function stdinArchive(
  stdin: AsyncIterable<Uint8Array>,
): Promise<{ isArchive: boolean; bytes: AsyncIterable<Uint8Array> }> {
  const iterator = stdin[Symbol.asyncIterator]();
  const head = await atLeast(iterator, headSize);
  return { isArchive: isArchive(head), bytes: joined(head, iterator) };
}

const headSize = 512;
const magics = [
  [0x1f, 0x8b, 0x08],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x28, 0xb5, 0x2f, 0xfd],
];

function isArchive(head: Uint8Array): boolean {
  const isPacked = magics.some((magic) => magic.every((byte, at) => head[at] === byte));
  return isPacked || String.fromCharCode(...head.subarray(257, 262)) === 'ustar';
}

async function atLeast(source: AsyncIterator<Uint8Array>, size: number): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  while (bytes.length < size) {
    const { done, value } = await source.next();
    if (done) break;
    bytes = concat([bytes, value]);
  }
  return bytes;
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Everything in one piece. */
export async function allOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece.slice());
  return concat(pieces);
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve([]);
}

function unprepared(problem: string): StatusError {
  return new StatusError(1, `unable to prepare context: ${problem}`);
}
