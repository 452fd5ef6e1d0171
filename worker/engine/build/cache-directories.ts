import { abortable } from '../../build/abortable.ts';
import { layersRoot } from '../../build/files/tree.ts';
import { treeSize, treeTar } from '../../build/files/tree-tar.ts';
import type { MountSource } from '../../build/solve/backend.ts';
import { keyOf } from '../../build/solve/key.ts';
import { mergedRoot } from '../../layers/mergedlayers.ts';
import { fileTypes } from '../../ninep/qid.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { errorMessage } from '../../oci/errors.ts';
import { resolvePath } from '../../oci/path.ts';
import { encodeText } from '../../oci/text.ts';
import type { SpecMount } from '../../protocol/agent.ts';
import type { BuildCacheRecord } from '../../protocol/engine-api.ts';
import { recordKind, treeRecord } from '../../protocol/filetree.ts';
import type { EngineContext } from '../context.ts';
import { changesOf } from '../files/changes.ts';
import { closing } from '../files/closing.ts';
import { Filetree } from '../files/filetree.ts';
import { layerEntries } from '../files/layertar.ts';
import { directorySize } from '../files/sizes.ts';
import { gathered, tarOfRecords } from '../files/tarwriting.ts';
import type { WritableFile } from '../files/writablelayer.ts';
import { readWalk, sizeOfWritable } from '../files/writablelayer.ts';
import type { LayerCollector } from '../images/layercollector.ts';
import type { LayerContent } from '../images/layercontent.ts';
import { formatTime } from '../time.ts';
import type { DirectoryOwner, HeldCache, KeptCache } from './cache-mount-store.ts';
import type { Cache } from './cache-mounts.ts';
import { CacheMounts } from './cache-mounts.ts';
import { dataPath, layersPath, volumePath } from './sandbox-paths.ts';

export interface CacheDirectoriesParts {
  readonly context: Pick<EngineContext, 'agent' | 'cacheMounts' | 'clock' | 'layers' | 'processes'>;
  readonly content: Pick<LayerContent, 'create' | 'named' | 'pin'>;
  readonly collector: Pick<LayerCollector, 'collect'>;
}

/** What is kept over a reload, in bytes: of one cache, and of all, of which those used longest ago go first. */
const limits = { one: 256 * 2 ** 20, all: 512 * 2 ** 20 };

/** So many layers are merged into one, and earlier where half of what they hold does not show any more. */
const maxLayers = 16;

/** A directory that nobody has asked to be otherwise. */
const usualOwner: DirectoryOwner = { mode: 0o755, uid: 0, gid: 0 };

/** A cache's directory in this machine. */
interface Directory {
  /** What is below it; nothing for one that was never kept. */
  held: HeldCache | undefined;
  /** Whether the directory of what is written is there. */
  isMade: boolean;
  /** Whether it may have changed since it was last kept. */
  isTouched: boolean;
  /** Who makes it ready; one after the other. */
  ready: Promise<void>;
}

type CacheSource = MountSource & { readonly kind: 'cache' };

/**
 * The directories of cache mounts. What is kept of one over a reload are layers in the content store, which the guest reads
 * where they are; what commands write since then is in a directory of the data disk above them, and becomes a further layer
 * when the build has ended.
 */
export class CacheDirectories {
  readonly #parts: CacheDirectoriesParts;
  readonly #caches: CacheMounts;
  readonly #directories = new Map<string, Directory>();

  constructor(parts: CacheDirectoriesParts) {
    this.#parts = parts;
    this.#caches = new CacheMounts(() => parts.context.clock.now());
  }

  /** The directory, to be mounted, until it is released. Rejects when it is aborted. */
  async take(
    source: CacheSource,
    description: string,
    signal: AbortSignal,
  ): Promise<{ mount: Pick<SpecMount, 'filesystem' | 'source'>; release: () => void }> {
    const { cache, release } = await this.#caches.take(source.name, source.sharing, description, signal);
    try {
      return { mount: await this.#ready(cache, source), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #ready(cache: Cache, source: CacheSource): Promise<Pick<SpecMount, 'filesystem' | 'source'>> {
    const directory = this.#directory(cache.name);
    const before = directory.ready;
    const ready = before.catch(() => undefined).then(() => this.#makeReady(cache, directory, source));
    directory.ready = ready;
    await ready;
    directory.isTouched = true;
    return this.#mountOf(cache.name, directory);
  }

  #directory(name: string): Directory {
    const known = this.#directories.get(name);
    if (known !== undefined) return known;
    const made = { held: undefined, isMade: false, isTouched: false, ready: Promise.resolve() };
    this.#directories.set(name, made);
    return made;
  }

  /** Who uses it alone takes what another tab has kept meanwhile; where something here is not kept, that counts. */
  async #makeReady(cache: Cache, directory: Directory, source: CacheSource): Promise<void> {
    const { cacheMounts } = this.#parts.context;
    const isFree = cache.users === 1 && !directory.isTouched;
    if (isFree && !(await cacheMounts.isCurrent(cache.name, directory.held?.kept.version)))
      await this.#adopt(cache, directory);
    if (directory.isMade) return;
    await this.#make(cache.name, directory.held?.kept, source);
    directory.isMade = true;
  }

  async #adopt(cache: Cache, directory: Directory): Promise<void> {
    const { context, collector } = this.#parts;
    const old = directory.held;
    const found = await context.cacheMounts.find(cache.name);
    // What was pruned elsewhere is still good here.
    if (found === undefined) return;
    await this.#removeWritten(cache.name);
    directory.isMade = false;
    directory.held = found;
    if (old === undefined) Object.assign(cache, { created: found.kept.created, uses: found.kept.uses + 1 });
    old?.release();
    await collector.collect(old?.kept.layers ?? []);
  }

  async #make(name: string, kept: KeptCache | undefined, source: CacheSource): Promise<void> {
    const { layers, agent } = this.#parts.context;
    const from = kept === undefined ? source.from : undefined;
    const below = from === undefined ? [] : await layers.ensure(from.layers);
    const volume = { name, ...(from && { from: resolvePath('/', from.path) }) };
    const further = kept === undefined ? [] : [{ name: workName(name) }, { name: mergedName(name) }];
    await agent.call('prepare', { layers: below, volumes: [volume, ...further] });
    const { mode, uid, gid } = source;
    const asked =
      (mode ?? uid ?? gid) === undefined
        ? undefined
        : { mode: mode ?? usualOwner.mode, uid: uid ?? 0, gid: gid ?? 0 };
    const owner = kept?.root ?? asked;
    if (owner !== undefined && (kept === undefined || !isSameOwner(owner, usualOwner)))
      await this.#own(name, owner);
  }

  async #mountOf(name: string, { held }: Directory): Promise<Pick<SpecMount, 'filesystem' | 'source'>> {
    if (held === undefined) return { source: dataPath(name) };
    const names = await this.#parts.context.layers.alone(held.kept.layers);
    const lowerdir = names
      .reverse()
      .map((layer) => `${layersPath}/${layer}`)
      .join(':');
    const options = [
      `lowerdir=${lowerdir}`,
      `upperdir=${dataPath(name)}`,
      `workdir=${dataPath(workName(name))}`,
    ];
    return {
      source: dataPath(mergedName(name)),
      filesystem: { type: 'overlay', device: 'overlay', options },
    };
  }

  async #own(name: string, { mode, uid, gid }: DirectoryOwner): Promise<void> {
    const { context } = this.#parts;
    const tree = await Filetree.run(context, { directory: volumePath(name) }, ['unpack', '/', '']);
    try {
      await tree.records.next();
      const record = { mode: fileTypes.directory | mode, uid, gid, name: encodeText('_data') };
      await tree.say(treeRecord(recordKind.entry, record));
      await tree.finish();
    } finally {
      await tree.close();
    }
  }

  /**
   * Keeps over a reload what commands have written into caches that nobody uses now. What did not change is left alone. Gives
   * what could not be kept, in words; when it is aborted nothing of it, and all is left to the next time.
   */
  async keep(signal: AbortSignal): Promise<string[]> {
    const problems: string[] = [];
    for (const cache of this.#caches.all()) {
      const directory = this.#directories.get(cache.name);
      const isWanted = directory?.isTouched && !signal.aborted;
      const release = isWanted ? this.#caches.hold(cache) : undefined;
      if (directory === undefined || release === undefined) continue;
      try {
        await this.#keepOne(cache, directory, signal);
      } catch (error) {
        if (!signal.aborted)
          problems.push(`${cache.description} is not kept over a reload: ${errorMessage(error)}`);
      } finally {
        release();
      }
    }
    return problems;
  }

  async #keepOne(cache: Cache, directory: Directory, signal: AbortSignal): Promise<void> {
    const { name } = cache;
    const kept = directory.held?.kept;
    const written = await this.#walk(name, ['pack', '-x', '/_data'], readWalk);
    const root = ownerOf(written);
    const below = await this.#parts.context.layers.open(kept?.layers ?? []);
    const lower = mergedRoot(below.map(({ index }) => index));
    const isChanged = changesOf(written, lower).length > 0 || !isSameOwner(root, kept?.root ?? usualOwner);
    if (isChanged) {
      requireSize(sizeOfWritable(written));
      await this.#add(cache, directory, root, signal);
    }
    directory.isTouched = false;
  }

  /** What was written becomes a layer on top of the others, or one with them. */
  async #add(cache: Cache, directory: Directory, root: DirectoryOwner, signal: AbortSignal): Promise<void> {
    const { context, content, collector } = this.#parts;
    const old = directory.held?.kept.layers ?? [];
    const made = [await content.create(abortable(await this.#tar(cache.name), signal))];
    try {
      const stack = [...old, ...made.map(({ diffId }) => diffId)];
      const opened = await context.layers.open(stack);
      const merged = layersRoot(opened);
      const size = treeSize(merged);
      requireSize(size);
      const stored = opened.reduce((sum, { index }) => sum + index.filesSize, 0);
      const isFull = stack.length > maxLayers || (old.length > 0 && stored > 2 * size + slack);
      if (isFull) made.push(await content.create(gathered(treeTar(merged, 'nanoseconds'))));
      const layers = isFull ? made.slice(-1).map(({ diffId }) => diffId) : stack;
      const { description, created, used, uses } = cache;
      const version = crypto.randomUUID();
      const kept = { version, description, created, used, uses, layers, root, size };
      const release = await content.pin(layers);
      await context.cacheMounts.set(cache.name, kept).catch((error: unknown) => {
        release();
        throw error;
      });
      directory.held?.release();
      directory.held = { kept, release };
      directory.isMade = false;
    } finally {
      content.named(made.map(({ diffId }) => diffId));
      await collector.collect([...old, ...made.map(({ diffId }) => diffId)]);
    }
    await this.#removeWritten(cache.name);
    await this.#limit(cache.name);
  }

  #tar(name: string): Promise<AsyncIterable<Uint8Array>> {
    return this.#open(name, ['pack', '-d', '-x', '/_data'], async (tree) => {
      await tree.records.next();
      const entries = tarOfRecords(
        tree.records,
        (record) => (record.name.length === 0 ? [] : layerEntries(record)),
        'nanoseconds',
      );
      return closing(tree, entries);
    });
  }

  async #walk<T>(name: string, args: string[], task: (tree: Filetree) => Promise<T>): Promise<T> {
    return this.#open(name, args, async (tree) => {
      const result = await task(tree);
      await tree.close();
      return result;
    });
  }

  /** The task closes the tree, unless it fails. */
  async #open<T>(name: string, args: string[], task: (tree: Filetree) => Promise<T>): Promise<T> {
    const tree = await Filetree.run(this.#parts.context, { directory: volumePath(name) }, args);
    try {
      return await task(tree);
    } catch (error) {
      await tree.close();
      throw error;
    }
  }

  /** Gives up what was used longest ago, never what was kept last or is in use. */
  async #limit(last: string): Promise<void> {
    const { context, collector } = this.#parts;
    const all = (await context.cacheMounts.all()).sort(([, a], [, b]) => b.used - a.used);
    let bytes = 0;
    for (const [name, { size }] of all) {
      bytes += size;
      if (bytes <= limits.all || name === last || this.#directories.get(name)?.held !== undefined) continue;
      await collector.collect(await context.cacheMounts.forget(name));
    }
  }

  /** Caches as `docker system df -v` lists them. */
  async records(): Promise<BuildCacheRecord[]> {
    const here = this.#caches.all();
    const names = new Set(here.map(({ name }) => name));
    const kept = (await this.#parts.context.cacheMounts.all()).filter(([name]) => !names.has(name));
    return Promise.all([
      ...kept.map(([name, one]) => record(name, one, false, one.size)),
      ...here.map((cache) => this.#record(cache)),
    ]);
  }

  async #record(cache: Cache): Promise<BuildCacheRecord> {
    const { name, users } = cache;
    const { held, isMade = false } = this.#directories.get(name) ?? {};
    // It may go meanwhile.
    const written = isMade ? await directorySize(this.#parts.context, dataPath(name)).catch(() => 0) : 0;
    return record(name, cache, users > 0, written + (held?.kept.size ?? 0));
  }

  /** Forgets caches that nobody uses now, with what they hold. */
  async prune(which: (record: BuildCacheRecord) => boolean): Promise<BuildCacheRecord[]> {
    const { context, collector } = this.#parts;
    const pruned: BuildCacheRecord[] = [];
    for (const cache of this.#caches.all()) {
      const told = await this.#record(cache);
      const release = which(told) ? this.#caches.hold(cache) : undefined;
      if (release === undefined) continue;
      try {
        await this.#forget(cache);
        pruned.push(told);
      } finally {
        release();
      }
    }
    const here = new Set(this.#caches.all().map(({ name }) => name));
    for (const [name, one] of await context.cacheMounts.all()) {
      const told = await record(name, one, false, one.size);
      if (here.has(name) || !which(told)) continue;
      await collector.collect(await context.cacheMounts.forget(name));
      pruned.push(told);
    }
    return pruned;
  }

  async #forget(cache: Cache): Promise<void> {
    const { context, collector } = this.#parts;
    const { name } = cache;
    const held = this.#directories.get(name)?.held;
    const layers = await context.cacheMounts.forget(name);
    await this.#removeWritten(name);
    held?.release();
    this.#directories.delete(name);
    this.#caches.forget(cache);
    await collector.collect([...new Set<DiffId>([...layers, ...(held?.kept.layers ?? [])])]);
  }

  async #removeWritten(name: string): Promise<void> {
    await this.#parts.context.agent.call('removeVolumes', {
      names: [name, workName(name), mergedName(name)],
    });
  }
}

/** So little that merging it is not worth while, in bytes. */
const slack = 2 ** 20;

const workName = (name: string) => `${name}-work`;
const mergedName = (name: string) => `${name}-merged`;

function requireSize(size: number): void {
  if (size > limits.one) throw new Error(`it is larger than ${limits.one / 2 ** 20} MB`);
}

function ownerOf({ record: { mode, uid, gid } }: WritableFile): DirectoryOwner {
  return { mode: mode & 0o7777, uid, gid };
}

function isSameOwner(a: DirectoryOwner, b: DirectoryOwner): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

async function record(
  name: string,
  { description, created, used, uses }: Pick<KeptCache, 'created' | 'description' | 'used' | 'uses'>,
  isInUse: boolean,
  size: number,
): Promise<BuildCacheRecord> {
  return {
    ID: (await keyOf(name)).slice(0, 25),
    Parents: null,
    Type: 'exec.cachemount',
    Description: description,
    InUse: isInUse,
    Shared: false,
    Size: size,
    CreatedAt: formatTime(created),
    LastUsedAt: formatTime(used),
    UsageCount: uses,
  };
}
