import type { Created, CreateConfig } from '../../protocol/engine-api.ts';
import { fullConfig, commandOf, validateConfig } from './config.ts';
import type { EngineContext } from '../context.ts';
import { parseContainerId, randomId } from '../ids.ts';
import type { Image } from '../images/image.ts';
import { attachments } from '../networks/attachments.ts';
import { parseSecurity } from '../spec/security.ts';
import { parseSignal } from '../signals.ts';
import type { Container, NewContainer } from './container.ts';
import { newContainer } from './container.ts';
import { containerEvent } from './event.ts';
import { fullHostConfig } from './hostconfig.ts';
import { parseContainerName } from './name.ts';
import { randomName } from './randomname.ts';
import { validateHostConfig } from './validate.ts';

type CreatorContext = Pick<
  EngineContext,
  'clock' | 'containers' | 'events' | 'images' | 'layers' | 'machine'
>;

/** Makes containers out of requests and images. Nothing happens in the guest before the start. */
export class Creator {
  readonly #context: CreatorContext;

  constructor(context: CreatorContext) {
    this.#context = context;
  }

  /** Checks in Docker's order: the request, the image, the command, the name. */
  create(request: CreateConfig, options: { name?: string }): Created {
    const { HostConfig: given, NetworkingConfig: _, ...config } = request;
    const HostConfig = given ?? {};
    validateConfig(config, parseSignal);
    const warnings = validateHostConfig(HostConfig);
    const image = this.#context.images.get(config.Image ?? '');
    const container = newContainer(this.#record(request, image, options.name ?? ''));
    this.#context.containers.add(container);
    containerEvent(this.#context.events, container, 'create');
    // After a reload the layers are read while the client asks on; the start says what is wrong with them.
    this.#context.layers.ensure(container.layers).catch(() => undefined);
    return { Id: container.id, Warnings: warnings };
  }

  #record(request: CreateConfig, image: Image, givenName: string): NewContainer {
    const id = parseContainerId(randomId());
    const hostConfig = fullHostConfig(request.HostConfig ?? {});
    const { hostname } = this.#context.machine;
    const config = fullConfig(
      request,
      image.config,
      hostConfig.NetworkMode === 'host' ? hostname : id.slice(0, 12),
    );
    const command = commandOf(config);
    const name = givenName === '' ? this.#unusedName(id) : parseContainerName(givenName);
    parseSecurity(hostConfig.SecurityOpt ?? [], hostConfig.Privileged);
    return {
      id,
      name,
      created: this.#context.clock.now(),
      ...command,
      imageId: image.id,
      layers: image.layers,
      config,
      hostConfig,
      networks: attachments(hostConfig.NetworkMode, request),
    };
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
