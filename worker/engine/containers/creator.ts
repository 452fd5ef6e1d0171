import type { Created, CreateConfig, CreateOptions, HostConfig } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { internal, invalid } from '../errors.ts';
import { parseContainerId, randomId } from '../ids.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Image } from '../images/image.ts';
import { validateNetworking } from '../networks/validate.ts';
import { attachments } from '../networks/attachments.ts';
import { parseSignal } from '../signals.ts';
import { parseSecurity } from '../spec/security.ts';
import { registerMounts } from '../volumes/register.ts';
import { commandOf, fullConfig, validateConfig } from './config.ts';
import type { Container, NewContainer } from './container.ts';
import { newContainer } from './container.ts';
import { containerEvent } from './event.ts';
import type { FullHostConfig } from './hostconfig.ts';
import { fullHostConfig } from './hostconfig.ts';
import { parseLinks } from './links.ts';
import { otherContainer } from './modes.ts';
import { parseContainerName } from './name.ts';
import { requirePlatform } from './platform.ts';
import { randomName } from './randomname.ts';
import { verifyHostConfig } from './validate.ts';

type CreatorContext = Pick<
  EngineContext,
  'agent' | 'clock' | 'containers' | 'events' | 'images' | 'layers' | 'networks' | 'machine' | 'volumes'
>;

/** A request whose limits are what this machine has. */
interface Wanted extends Required<Pick<CreateConfig, 'NetworkingConfig'>> {
  readonly config: Omit<CreateConfig, 'HostConfig' | 'NetworkingConfig'>;
  readonly host: HostConfig;
  readonly readOnlyNonRecursive: boolean;
}

type Source = Pick<Image, 'id' | 'layers' | 'config'>;

/**
 * Makes containers out of requests and images. In the guest nothing happens before the start, unless there are volumes.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/create.go
 */
export class Creator {
  readonly #context: CreatorContext;

  constructor(context: CreatorContext) {
    this.#context = context;
  }

  /** Checks in Docker's order: the request, the image, the command, the name. */
  async create(request: CreateConfig, options: CreateOptions): Promise<Created> {
    const { HostConfig: given, NetworkingConfig, ...config } = request;
    if (Object.keys(config).length === 0)
      throw invalid('config cannot be empty in order to create a container');
    validateConfig(config, parseSignal);
    const { host, warnings } = verifyHostConfig(config, given ?? {});
    validateNetworking(NetworkingConfig, (name) => this.#context.networks.find(name));
    await this.#requireSources(host);
    const image = this.#image(config.Image ?? '', options.platform ?? '');
    const wanted = {
      config,
      host,
      NetworkingConfig: NetworkingConfig ?? null,
      readOnlyNonRecursive: options.readOnlyNonRecursive ?? false,
    };
    const container = await this.#make(wanted, image, options.name ?? '');
    containerEvent(this.#context.events, container, 'create');
    // After a reload the layers are read while the client asks on; the start says what is wrong with them.
    this.#context.layers.ensure(container.layers).catch(() => undefined);
    return { Id: container.id, Warnings: warnings };
  }

  /** Sources of mounts, unlike those of binds, are not made. */
  async #requireSources({ Mounts }: HostConfig): Promise<void> {
    const wanted = (Mounts ?? []).filter(
      ({ Type, BindOptions }) => Type === 'bind' && !BindOptions?.CreateMountpoint,
    );
    if (wanted.length === 0) return;
    const paths = wanted.map(({ Source = '' }) => Source);
    const [missing] = await this.#context.agent.call('missing', { paths });
    if (missing !== undefined)
      throw invalid(`invalid mount config for type "bind": bind source path does not exist: ${missing}`);
  }

  /** Without a name there is none: the container's root is empty. */
  #image(name: string, platform: string): Source {
    if (name === '') return { id: '' as Digest, layers: [], config: {} };
    const image = this.#context.images.get(name);
    requirePlatform(image, name, platform);
    return image;
  }

  async #make(wanted: Wanted, image: Source, givenName: string): Promise<Container> {
    const { containers, volumes } = this.#context;
    const { host } = wanted;
    const record = this.#record(wanted, image, givenName);
    const release = containers.reserve(record.name, record.id);
    try {
      const mounts = await registerMounts(this.#context, {
        id: record.id,
        host,
        volumes: record.config.Volumes,
        readOnlyNonRecursive: wanted.readOnlyNonRecursive,
      });
      const container = newContainer({ ...record, mounts });
      const links = parseLinks(host, containers);
      await this.#prepare(container, wanted.config.WorkingDir);
      containers.links.add(container.id, links);
      containers.add(container);
      return container;
    } catch (error) {
      await volumes.release(record.id, []);
      release();
      throw error;
    }
  }

  /** Volumes are filled and the working directory is made now: others may use them before this container has ever run. */
  async #prepare(container: Container, wanted: string | undefined): Promise<void> {
    const { id, layers, mounts } = container;
    const volumes = mounts.flatMap(({ name, copy, destination, filesystem, subpath }) => {
      if (name === undefined) return [];
      const fill = copy && !filesystem && { from: destination, ...(subpath !== undefined && { subpath }) };
      return [{ name, ...fill }];
    });
    const path = wanted ? container.config.WorkingDir : '/';
    if (volumes.length === 0 && path === '/') return;
    const names = await this.#context.layers.ensure(layers);
    const workingDirectory = path === '/' ? undefined : { container: id, path };
    container.hasSnapshot = workingDirectory !== undefined;
    try {
      await this.#context.agent.call('prepare', {
        layers: names,
        volumes,
        ...(workingDirectory && { workingDirectory }),
      });
    } catch (error) {
      // What was made for it is nobody's now.
      if (workingDirectory) await this.#context.agent.call('remove', { id });
      throw error;
    }
  }

  #record(wanted: Wanted, image: Source, givenName: string): Omit<NewContainer, 'mounts'> {
    const { config: request, host, NetworkingConfig } = wanted;
    const id = parseContainerId(randomId());
    const hostConfig = this.#withIds(fullHostConfig(host));
    const { hostname } = this.#context.machine;
    const config = fullConfig(
      request,
      image.config,
      hostConfig.NetworkMode === 'host' ? hostname : id.slice(0, 12),
    );
    const command = commandOf(config);
    const name = givenName === '' ? this.#unusedName(id) : parseContainerName(givenName);
    parseSecurity(hostConfig.SecurityOpt ?? [], hostConfig.Privileged);
    if (hostConfig.StorageOpt)
      throw internal("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    return {
      id,
      name,
      created: this.#context.clock.now(),
      ...command,
      imageId: image.id,
      layers: image.layers,
      config,
      hostConfig,
      networks: attachments(hostConfig.NetworkMode, { ...request, NetworkingConfig }),
    };
  }

  /** Other containers are known by their IDs, so that they may be given other names. */
  #withIds(host: FullHostConfig): FullHostConfig {
    for (const mode of ['PidMode', 'IpcMode'] as const) {
      const other = otherContainer(host[mode]);
      if (other) host[mode] = `container:${this.#other(other)}`;
    }
    const other = otherContainer(host.NetworkMode);
    if (other) host.NetworkMode = `container:${this.#context.containers.find(other)?.id ?? other}`;
    return host;
  }

  #other(name: string): string {
    try {
      return this.#context.containers.get(name).id;
    } catch (error) {
      throw invalid((error as Error).message);
    }
  }

  /** After a few tries Docker takes the short ID. */
  #unusedName(id: Container['id']): string {
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const name = randomName(attempt > 0);
      if (!this.#context.containers.isTaken(name)) return name;
    }
    return id.slice(0, 12);
  }
}
