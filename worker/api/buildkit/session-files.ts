import type { BuildFile, BuildFiles } from '../../protocol/engine-api.ts';
import { DiffCopy } from './diff-copy.ts';
import type { ClientSession } from './sessions.ts';
import { concat } from '../../oci/bytes.ts';

/** Bytes of files that are asked for before they are read. */
const ahead = 1 << 20;
const mostLinks = 40;

/** A directory of the client's as a build context, read over its session. To be closed when the build is over. */
export class SessionFiles implements BuildFiles {
  readonly key: string;
  readonly #session: ClientSession;
  readonly #directory: string;
  /** What was listed last, whose contents may still be asked for. */
  #listed: DiffCopy | undefined;

  constructor(session: ClientSession, directory: string) {
    this.#session = session;
    this.#directory = directory;
    this.key = `session ${session.sharedKey} ${directory}`;
  }

  async find(path: string): Promise<Uint8Array | undefined> {
    const wanted = cleaned(path);
    const copy = await DiffCopy.open(this.#session, { directory: this.#directory, only: [wanted] });
    try {
      const files = new Map<string, BuildFile>();
      for await (const file of copy.list()) files.set(file.path, file);
      const file = followed(files, wanted);
      if (file?.kind !== 'file') return undefined;
      await copy.request(file);
      return await joined(copy.content(file));
    } finally {
      await copy.close();
    }
  }

  async *list(excludes: readonly string[], only: readonly string[] | undefined): AsyncGenerator<BuildFile> {
    await this.close();
    const options = { directory: this.#directory, excludes, ...(only !== undefined && { only }) };
    this.#listed = await DiffCopy.open(this.#session, options);
    yield* this.#listed.list();
  }

  async *read(
    files: readonly BuildFile[],
  ): AsyncGenerator<{ file: BuildFile; content: AsyncIterable<Uint8Array> }> {
    const copy = this.#listed;
    if (copy === undefined) throw new Error('nothing was listed');
    let requested = 0;
    let pending = 0;
    for (const file of files) {
      for (let next = files[requested]; next !== undefined && (pending === 0 || pending < ahead);) {
        await copy.request(next);
        pending += next.size;
        requested += 1;
        next = files[requested];
      }
      yield { file, content: copy.content(file) };
      pending -= file.size;
    }
  }

  /** May be called in any state. */
  async close(): Promise<void> {
    const listed = this.#listed;
    this.#listed = undefined;
    await listed?.close();
  }
}

function cleaned(path: string): string {
  return resolved([], path).join('/');
}

/** Below the root, whatever is asked for. */
function resolved(from: readonly string[], path: string): string[] {
  const parts = path.startsWith('/') ? [] : [...from];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

/** What is at a path when symbolic links are followed. */
function followed(files: ReadonlyMap<string, BuildFile>, path: string): BuildFile | undefined {
  let parts = path.split('/');
  for (let links = 0; links < mostLinks; links++) {
    const at = parts.findIndex(
      (_, index) => files.get(parts.slice(0, index + 1).join('/'))?.kind === 'symlink',
    );
    if (at < 0) return files.get(parts.join('/'));
    const { link = '' } = files.get(parts.slice(0, at + 1).join('/')) ?? {};
    parts = [...resolved(parts.slice(0, at), link), ...parts.slice(at + 1)];
  }
  return undefined;
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concat(all);
}
