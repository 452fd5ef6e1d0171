import type { Command, CommandMount, MountSource } from '../../build/solve/backend.ts';
import { keyOf } from '../../build/solve/key.ts';
import { fileTypes } from '../../ninep/qid.ts';
import { resolvePath } from '../../oci/path.ts';
import { encodeText } from '../../oci/text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import { recordKind, treeRecord } from '../../protocol/filetree.ts';
import type { SpecMount } from '../../protocol/agent.ts';
import type { BuildCacheRecord } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { Filetree } from '../files/filetree.ts';
import { directorySize } from '../files/sizes.ts';
import { randomId } from '../ids.ts';
import { formatTime } from '../time.ts';
import { type Cache, CacheMounts } from './cache-mounts.ts';
import { concat } from '../../oci/bytes.ts';

type MountsContext = Pick<EngineContext, 'agent' | 'clock' | 'layers' | 'processes'>;

/** What is mounted in one container, and how to take it back once the container is gone. */
export interface TakenMounts {
  readonly mounts: readonly SpecMount[];
  release(): Promise<void>;
}

interface Taken {
  readonly mount: SpecMount;
  readonly release?: () => Promise<void> | void;
}

const layersPath = '/run/bottleship/layers';
const volumePath = (name: string) => `/var/lib/docker/volumes/${name}`;
const dataPath = (name: string) => `${volumePath(name)}/_data`;

/** Mounts of builds' commands: files of layers, files in memory, caches and tmpfs. */
export class SandboxMounts {
  readonly #context: MountsContext;
  readonly #caches: CacheMounts;
  /** Caches whose directories have the owner and mode that was asked for. */
  readonly #owned = new Set<string>();

  constructor(context: MountsContext) {
    this.#context = context;
    this.#caches = new CacheMounts(() => context.clock.now());
  }

  /** Waits for caches that somebody else has locked, in the order of their names, so that nobody waits for ever. */
  async take(
    id: string,
    { args, mounts }: Pick<Command, 'args' | 'mounts'>,
    signal: AbortSignal,
  ): Promise<TakenMounts> {
    const taken: Taken[] = [];
    const release = async () => {
      for (const one of taken.reverse()) await one.release?.();
    };
    try {
      const sorted = [...mounts].sort((a, b) => (lockName(a) < lockName(b) ? -1 : 1));
      for (const mount of sorted) taken.push(await this.#takeOne(id, mount, args, signal));
    } catch (error) {
      await release();
      throw error;
    }
    return { mounts: taken.map(({ mount }) => mount).sort((a, b) => depth(a) - depth(b)), release };
  }

  #takeOne(id: string, mount: CommandMount, args: readonly string[], signal: AbortSignal): Promise<Taken> {
    const { target, readonly, source } = mount;
    switch (source.kind) {
      case 'layers':
        return this.#layers(id, target, readonly, source);
      case 'file':
        return Promise.resolve(this.#file(target, source));
      case 'cache':
        return this.#cache(mount, source, `cached mount ${target} from exec ${args.join(' ')}`, signal);
      default: {
        const options = ['nosuid', ...(source.size > 0 ? [`size=${source.size}`] : [])];
        return Promise.resolve({ mount: { destination: target, type: 'tmpfs', options } });
      }
    }
  }

  /** An overlay of the layers; where it may be written, what is written is nobody's afterwards. */
  async #layers(
    id: string,
    target: string,
    readonly: boolean,
    { layers, path }: MountSource & { kind: 'layers' },
  ): Promise<Taken> {
    const names = await this.#context.layers.alone(layers);
    const lowerdir = names
      .reverse()
      .map((name) => `${layersPath}/${name}`)
      .join(':');
    const place = `buildkit-${id.slice(0, 12)}-${randomId().slice(0, 12)}`;
    const upper = readonly ? [] : [`${place}-upper`, `${place}-work`];
    const volumes = [place, ...upper];
    await this.#context.agent.call('prepare', { layers: [], volumes: volumes.map((name) => ({ name })) });
    const [upperName = '', workName = ''] = upper;
    const writable = readonly ? [] : [`upperdir=${dataPath(upperName)}`, `workdir=${dataPath(workName)}`];
    const options = [`lowerdir=${lowerdir}`, ...writable, ...(readonly ? ['ro'] : [])];
    const subpath = resolvePath('/', path).slice(1);
    return {
      mount: {
        destination: target,
        type: 'bind',
        source: dataPath(place),
        ...(subpath !== '' && { subpath }),
        filesystem: { type: 'overlay', device: 'overlay', options },
        options: ['rbind', ...(readonly ? ['ro'] : [])],
      },
      release: () => this.#removeVolumes(volumes),
    };
  }

  /** Served from memory, so that it is on no disk. */
  #file(target: string, { bytes, mode, uid, gid }: MountSource & { kind: 'file' }): Taken {
    const name = 'file';
    const header = tarHeader({
      type: 'file',
      path: encodeText(name),
      mode,
      uid,
      gid,
      mtime: 0,
      size: bytes.length,
    });
    const served = this.#context.layers.serve(concat([header, bytes, tarPadding(bytes.length), tarEnd]));
    return {
      mount: {
        destination: target,
        type: 'bind',
        source: `${layersPath}/${served.name}`,
        subpath: name,
        options: ['bind', 'ro'],
      },
      release: served.release,
    };
  }

  async #cache(
    { target, readonly }: CommandMount,
    source: MountSource & { kind: 'cache' },
    description: string,
    signal: AbortSignal,
  ): Promise<Taken> {
    const { name, release } = await this.#caches.take(source.name, source.sharing, description, signal);
    try {
      await this.#prepareCache(name, source);
    } catch (error) {
      release();
      throw error;
    }
    const options = ['rbind', ...(readonly ? ['ro'] : [])];
    return { mount: { destination: target, type: 'bind', source: dataPath(name), options }, release };
  }

  async #prepareCache(
    name: string,
    { from, mode, uid, gid }: MountSource & { kind: 'cache' },
  ): Promise<void> {
    const layers = from === undefined ? [] : await this.#context.layers.ensure(from.layers);
    const volume = { name, ...(from && { from: resolvePath('/', from.path) }) };
    await this.#context.agent.call('prepare', { layers, volumes: [volume] });
    if ((mode ?? uid ?? gid) === undefined || this.#owned.has(name)) return;
    await this.#own(name, { mode: mode ?? 0o755, uid: uid ?? 0, gid: gid ?? 0 });
    this.#owned.add(name);
  }

  async #own(name: string, { mode, uid, gid }: { mode: number; uid: number; gid: number }): Promise<void> {
    const tree = await Filetree.run(this.#context, { directory: volumePath(name) }, ['unpack', '/', '']);
    try {
      await tree.records.next();
      const record = { mode: fileTypes.directory | mode, uid, gid, name: encodeText('_data') };
      await tree.say(treeRecord(recordKind.entry, record));
      await tree.finish();
    } finally {
      await tree.close();
    }
  }

  /** Caches as `docker system df -v` lists them. */
  async records(): Promise<BuildCacheRecord[]> {
    const records: BuildCacheRecord[] = [];
    for (const cache of this.#caches.all()) records.push(await this.#record(cache));
    return records;
  }

  /** Forgets caches that nobody uses now, with what they hold. */
  async prune(which: (record: BuildCacheRecord) => boolean): Promise<BuildCacheRecord[]> {
    const pruned: BuildCacheRecord[] = [];
    for (const cache of this.#caches.all()) {
      const record = await this.#record(cache);
      if (cache.users > 0 || !which(record)) continue;
      this.#caches.forget(cache);
      this.#owned.delete(cache.name);
      await this.#removeVolumes([cache.name]);
      pruned.push(record);
    }
    return pruned;
  }

  async #record({ name, description, created, used, uses, users }: Cache): Promise<BuildCacheRecord> {
    return {
      ID: (await keyOf(name)).slice(0, 25),
      Parents: null,
      Type: 'exec.cachemount',
      Description: description,
      InUse: users > 0,
      Shared: false,
      // It may go meanwhile.
      Size: await directorySize(this.#context, dataPath(name)).catch(() => 0),
      CreatedAt: formatTime(created),
      LastUsedAt: formatTime(used),
      UsageCount: uses,
    };
  }

  async #removeVolumes(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#context.agent.call('removeVolumes', { names: [...names] });
  }
}

function depth({ destination }: SpecMount): number {
  return destination.split('/').filter(Boolean).length;
}

function lockName({ source }: CommandMount): string {
  return source.kind === 'cache' ? source.name : '';
}
