import type { Command, CommandMount, MountSource } from '../../build/solve/backend.ts';
import { resolvePath } from '../../oci/path.ts';
import { encodeText } from '../../oci/text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import type { SpecMount } from '../../protocol/agent.ts';
import type { EngineContext } from '../context.ts';
import { randomId } from '../ids.ts';
import { concat } from '../../oci/bytes.ts';
import type { CacheDirectories } from './cache-directories.ts';
import { dataPath, layersPath } from './sandbox-paths.ts';

type MountsContext = Pick<EngineContext, 'agent' | 'layers'>;

/** What is mounted in one container, and how to take it back once the container is gone. */
export interface TakenMounts {
  readonly mounts: readonly SpecMount[];
  release(): Promise<void>;
}

interface Taken {
  readonly mount: SpecMount;
  readonly release?: () => Promise<void> | void;
}

/** Mounts of builds' commands: files of layers, files in memory, caches and tmpfs. */
export class SandboxMounts {
  readonly #context: MountsContext;
  readonly #caches: Pick<CacheDirectories, 'take'>;

  constructor(context: MountsContext, caches: Pick<CacheDirectories, 'take'>) {
    this.#context = context;
    this.#caches = caches;
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
        return this.#cache(
          { target, readonly, source },
          `cached mount ${target} from exec ${args.join(' ')}`,
          signal,
        );
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
    { target, readonly, source }: CommandMount & { source: { kind: 'cache' } },
    description: string,
    signal: AbortSignal,
  ): Promise<Taken> {
    const { mount, release } = await this.#caches.take(source, description, signal);
    const options = ['rbind', ...(readonly ? ['ro'] : [])];
    return { mount: { destination: target, type: 'bind', ...mount, options }, release };
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
