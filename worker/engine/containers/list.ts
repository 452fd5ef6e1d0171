import type { ContainerSummary, ListOptions } from '../../protocol/engine-api.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Instant } from '../clock.ts';
import type { EngineContext } from '../context.ts';
import type { Container } from './container.ts';
import { containerFilter } from './filters.ts';
import { summarizePorts } from '../networks/ports/summary.ts';
import { networksOf } from '../networks/settings.ts';
import { mountsOf } from './inspect.ts';
import { describe, statusOf } from './state.ts';

type ListContext = Pick<EngineContext, 'clock' | 'containers' | 'images'>;

/** Newest first. https://github.com/moby/moby/blob/v28.5.2/daemon/list.go */
export function listContainers(context: ListContext, options: ListOptions): ContainerSummary[] {
  const { containers, images, clock } = context;
  const filters = options.filters ?? {};
  const wanted = containerFilter(filters, {
    imageIds: (name) => familyOf(images.find(name)?.id, images),
    containerByPrefix: (prefix) => containers.find(prefix),
  });
  const all = options.all || filters['status']?.length || (options.limit ?? 0) > 0;
  const found = between(containers, filters).filter(
    (container) => (all || container.state.running) && wanted(container),
  );
  const shown = options.limit && options.limit > 0 ? found.slice(0, options.limit) : found;
  return shown.map((container) => summarize(container, context, clock.now()));
}

/** An image and all that were made from it. */
function familyOf(id: Digest | undefined, images: EngineContext['images']): Digest[] {
  if (id === undefined) return [];
  const children = images.all().filter(({ parent }) => parent === id);
  return [id, ...children.flatMap((child) => familyOf(child.id, images))];
}

/** The part of the list that is older than `before` and newer than `since`. */
function between(
  containers: EngineContext['containers'],
  filters: NonNullable<ListOptions['filters']>,
): Container[] {
  const list = containers.all().reverse();
  const before = filters['before']?.at(-1);
  const since = filters['since']?.at(-1);
  const start = before === undefined ? 0 : list.indexOf(containers.get(before)) + 1;
  const end = since === undefined ? list.length : list.indexOf(containers.get(since));
  return list.slice(start, end);
}

function summarize(
  container: Container,
  { containers, images }: ListContext,
  now: Instant,
): ContainerSummary {
  const { id, config, hostConfig, imageId, state } = container;
  return {
    Id: id,
    Names: containers.namesOf(container),
    Image: images.find(config.Image)?.id === imageId ? config.Image : imageId,
    ImageID: imageId,
    Command: commandLine(container),
    Created: Math.floor(container.created / 1000),
    Ports: summarizePorts(container.sandbox?.ports ?? {}),
    Labels: config.Labels,
    State: statusOf(state),
    Status: describe(state, now),
    HostConfig: {
      NetworkMode: hostConfig.NetworkMode,
      ...(hostConfig.Annotations && { Annotations: hostConfig.Annotations }),
    },
    NetworkSettings: { Networks: networksOf(container) },
    Mounts: mountsOf(container),
  };
}

function commandLine({ path, args }: Container): string {
  return [path, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' ');
}
