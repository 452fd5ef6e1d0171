import type { PathStat } from '../../protocol/engine-api.ts';
import { command, exactly } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { checkOutputPath, destinationInfo, planCopy, renaming, sourceInfo } from '../cp/copy-info.ts';
import type { CopyInfo } from '../cp/copy-info.ts';
import { localTar } from '../cp/local-tar.ts';
import { linkedPath, preserveEnding, rebased, splitEntry } from '../cp/path-entry.ts';
import { untar } from '../cp/untar.ts';
import { StatusError } from '../errors.ts';
import { bool } from '../flags/kinds.ts';
import { humanSize } from '../format/size.ts';
import { absolutePath } from '../path.ts';
import { releasing } from '../releasing.ts';
import { printAll } from '../streams.ts';

const flags = {
  archive: bool('Archive mode (copy all uid/gid information)', { short: 'a' }),
  'follow-link': bool('Always follow symbol link in SRC_PATH', { short: 'L' }),
  quiet: bool(
    'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
    { short: 'q' },
  ),
};

type CopyCall = Call<typeof flags>;

export const cp = command({
  usage: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  short: 'Copy files/folders between a container and the local filesystem',
  long:
    'Copy files/folders between a container and the local filesystem\n\n' +
    "Use '-' as the source to read a tar archive from stdin\n" +
    'and extract it to a directory destination in a container.\n' +
    "Use '-' as the destination to stream a tar archive of a\ncontainer source to stdout.",
  args: exactly(2),
  spellings: 'docker container cp, docker cp',
  flags,
  async run(call) {
    const [source = '', destination = ''] = call.args;
    if (source === '') throw new StatusError(1, 'source can not be empty');
    if (destination === '') throw new StatusError(1, 'destination can not be empty');
    const [from, fromPath] = splitArgument(source);
    const [to, toPath] = splitArgument(destination);
    if (from !== '' && to !== '') throw new StatusError(1, 'copying between containers is not supported');
    if (from !== '') return copyOut(call, from, fromPath, toPath);
    if (to !== '') return copyIn(call, to, fromPath, toPath);
    throw new StatusError(1, 'must specify at least one container source');
  },
});

/** `CONTAINER:PATH`, unless it is plainly a path of the client's. */
function splitArgument(text: string): [container: string, path: string] {
  const colon = text.indexOf(':');
  if (text.startsWith('/') || colon < 0 || text.startsWith('.')) return ['', text];
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** Of Go's os.FileMode, in the engine's answers. */
const modeBit = { directory: 2 ** 31, link: 2 ** 27, device: 2 ** 26 } as const;

function has({ mode }: Pick<PathStat, 'mode'>, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}

async function copyOut(call: CopyCall, container: string, given: string, to: string): Promise<void> {
  const { engine, session, values } = call;
  const destination = to === '-' ? to : localPath(call, to);
  await checkOutputPath(session.files, destination);
  const { path, rebaseName } = values['follow-link']
    ? await followedSource(call, container, given)
    : { path: given, rebaseName: '' };
  const { stat, tar } = await engine.containerGetArchive(container, path);
  if (to === '-') return printAll(session, tar);
  const source = { path, exists: true, isDirectory: has(stat, modeBit.directory), rebaseName };
  await releasing(tar, (whole) =>
    report(call, whole, destination, (counted) => unpack(call, counted, source, destination)),
  );
}

async function unpack(
  { session: { files } }: CopyCall,
  tar: AsyncIterable<Uint8Array>,
  source: CopyInfo,
  destination: string,
): Promise<void> {
  const plan = planCopy(source, await destinationInfo(files, destination));
  const own = renaming(splitEntry(source.path)[1], source.rebaseName);
  const rename = source.rebaseName === '' ? plan.rename : (name: string) => plan.rename(own(name));
  await untar(files, tar, { ...plan, rename });
}

/** What a link in the container leads to. */
async function followedSource(
  { engine }: CopyCall,
  container: string,
  path: string,
): Promise<{ path: string; rebaseName: string }> {
  const stat = await engine.containerPathStat(container, path).catch(() => undefined);
  if (!stat || !has(stat, modeBit.link)) return { path, rebaseName: '' };
  const [target, rebaseName] = rebased(path, linkedPath(path, stat.linkTarget));
  return { path: target, rebaseName };
}

async function copyIn(call: CopyCall, container: string, from: string, given: string): Promise<void> {
  const { engine, session, values } = call;
  const destination = await containerDestination(call, container, given);
  const options = { noOverwriteDirNonDir: true, ...(values.archive ? { copyUIDGID: true } : {}) };
  const put = (path: string, tar: AsyncIterable<Uint8Array>) =>
    engine.containerPutArchive(container, path, tar, options);
  const shown = `${container}:${destination.path}`;
  if (from === '-') {
    if (!destination.isDirectory)
      throw new StatusError(1, `destination "${container}:${given}" must be a directory`);
    return report(call, nothing(), shown, () => put(destination.path, session.stdin));
  }
  const source = await sourceInfo(session.files, localPath(call, from), values['follow-link']);
  const plan = planCopy(source, destination);
  const tar = localTar(session.files, source, plan.rename);
  await report(call, tar, shown, (counted) => put(plan.directory, counted));
}

/** A link that is named as the destination is followed once. */
async function containerDestination(call: CopyCall, container: string, given: string): Promise<CopyInfo> {
  const look = (path: string) => call.engine.containerPathStat(container, path).catch(() => undefined);
  let path = given;
  let stat = await look(path);
  if (stat && has(stat, modeBit.link)) {
    path = linkedPath(path, stat.linkTarget);
    stat = await look(path);
  }
  if (stat && has(stat, modeBit.device)) {
    const what = `destination "${container}:${given}" must be a directory or a regular file`;
    throw new StatusError(1, `${what}: got a device`);
  }
  const isDirectory = stat !== undefined && has(stat, modeBit.directory);
  return { path, exists: stat !== undefined, isDirectory, rebaseName: '' };
}

function localPath({ session }: CopyCall, path: string): string {
  return preserveEnding(absolutePath(path, session.cwd), path);
}

/** Copies, and on a terminal says how much, whatever came of it. */
async function report(
  { session, values, mentioned, err }: CopyCall,
  tar: AsyncIterable<Uint8Array>,
  destination: string,
  copy: (counted: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const quiet = mentioned.has('quiet') ? values.quiet : !session.tty.stdout;
  const counted = new Counted(tar);
  try {
    await copy(counted);
  } finally {
    if (!quiet) await err.println(`Successfully copied ${humanSize(counted.bytes, 3)} to ${destination}`);
  }
}

class Counted implements AsyncIterable<Uint8Array> {
  bytes = 0;
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source) {
      this.bytes += chunk.length;
      yield chunk;
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // What is read from standard input is not counted.
}
