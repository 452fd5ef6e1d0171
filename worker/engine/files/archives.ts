import { unpacked } from '../../layers/unpack.ts';
import { fileType, fileTypes } from '../../ninep/qid.ts';
import { BottleshipError } from '../../oci/errors.ts';
import type { PathStat, PutArchiveOptions } from '../../protocol/engine-api.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { decodeText, encodeText } from '../../oci/text.ts';
import type { Container } from '../containers/container.ts';
import { containerEvent } from '../containers/event.ts';
import { mountsOf } from '../containers/inspect.ts';
import type { EngineContext } from '../context.ts';
import { internal, invalid, notFound } from '../errors.ts';
import type { ContainerTrees } from './containertrees.ts';
import { extract } from './extraction.ts';
import { absolute, base, preserveTrailing } from './gopath.ts';
import { FileError } from './kernelerror.ts';
import { copyOwner } from './owner.ts';
import { pathStat } from './pathstat.ts';
import { closing } from './closing.ts';
import type { Naming } from './tarwriting.ts';
import { tarOfWalk } from './tarwriting.ts';

type ArchivesContext = Pick<EngineContext, 'events'>;

/**
 * Files into and out of containers. `given` is what the client calls the container, for its errors.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/archive_unix.go
 */
export class Archives {
  readonly #context: ArchivesContext;
  readonly #trees: ContainerTrees;

  constructor(context: ArchivesContext, trees: ContainerTrees) {
    this.#context = context;
    this.#trees = trees;
  }

  stat(container: Container, given: string, path: string): Promise<PathStat> {
    return asClientSeesIt(given, path, () =>
      this.#trees.visit(
        container,
        'files',
        ['stat', path.startsWith('/') ? path : `/${path}`],
        async (tree) => pathStat(path, await tree.records.next()),
      ),
    );
  }

  /** The archive is to be read to its end, or given up with `return`: the container is held until then. */
  get(
    container: Container,
    given: string,
    path: string,
  ): Promise<{ stat: PathStat; tar: AsyncIterable<Uint8Array> }> {
    const source = preserveTrailing(absolute(path), path);
    return asClientSeesIt(given, path, async () => {
      const tree = await this.#trees.open(container, 'files', ['pack', '-d', '-x', source]);
      try {
        const found = await tree.records.next();
        containerEvent(this.#context.events, container, 'archive-path');
        const tar = closing(tree, tarOfWalk(tree.records, namingOf(source, found)));
        return { stat: pathStat(source, found), tar };
      } catch (error) {
        await tree.close();
        throw error;
      }
    });
  }

  put(
    container: Container,
    given: string,
    path: string,
    tar: AsyncIterable<Uint8Array>,
    options: PutArchiveOptions,
  ): Promise<void> {
    const target = absolute(path);
    const suffix = preserveTrailing(target, path).slice(target.length);
    return asClientSeesIt(given, path, async () => {
      const owner = options.copyUIDGID ? await copyOwner(this.#trees, container) : undefined;
      await this.#trees.visit(container, 'files', ['unpack', target, suffix], async (tree) => {
        const found = await tree.records.next();
        if (fileType(found.mode) !== fileTypes.directory)
          throw invalid('extraction point is not a directory');
        const destination = decodeText(found.name);
        requireWritable(container, destination);
        const keepKind = options.noOverwriteDirNonDir ?? false;
        await extract(tree, unpacked(tar), { destination, keepKind, ...(owner && { owner }) });
      });
      containerEvent(this.#context.events, container, 'extract-to-dir');
    });
  }
}

/** Entries are called as the path's last component, so that `/a/b` gives `b` and `b/c`, `/a/b/.` gives `.` and `./c`. */
function namingOf(source: string, { mode }: TreeRecord): Naming {
  const top = base(source);
  const isDirectory = fileType(mode) === fileTypes.directory;
  const prefix = encodeText(isDirectory && top === '/' ? '' : top);
  return (name) => {
    if (name.length === 0) return isDirectory && prefix.length === 0 ? slash : prefix;
    const out = new Uint8Array(prefix.length + 1 + name.length);
    out.set(prefix);
    out.set(slash, prefix.length);
    out.set(name, prefix.length + 1);
    return out;
  };
}

const slash = Uint8Array.of(0x2f);

/** https://github.com/moby/moby/blob/v28.5.2/daemon/archive_unix.go (checkWritablePath); the innermost volume counts. */
function requireWritable(container: Container, path: string): void {
  const volume = mountsOf(container)
    .filter(({ Destination }) => path === Destination || path.startsWith(`${Destination}/`))
    .sort((a, b) => b.Destination.length - a.Destination.length)[0];
  if (volume !== undefined && !volume.RW) throw invalid('mounted volume is marked read-only');
  if (volume === undefined && container.hostConfig.ReadonlyRootfs)
    throw invalid('container rootfs is marked read-only');
}

async function asClientSeesIt<T>(given: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof FileError && error.isMissing)
      throw notFound(`Could not find the file ${path} in container ${given}`);
    if (error instanceof BottleshipError) throw error;
    throw internal(error instanceof Error ? error.message : String(error), error);
  }
}
