import type { ImageInspect, ImageSummary } from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';

/** An image's entry, as a version gives it. */
export function shapeSummary(image: ImageSummary, version: ApiVersion): object {
  return {
    ...image,
    ...names(image, version),
    ...(version.before('1.44') ? { VirtualSize: image.Size } : {}),
    ...(version.before('1.51') ? { Containers: -1 } : {}),
  };
}

function names({ RepoTags, RepoDigests }: ImageSummary, version: ApiVersion): Partial<ImageSummary> {
  if (version.since('1.43')) return { RepoTags: RepoTags ?? [], RepoDigests: RepoDigests ?? [] };
  if (RepoTags?.length || RepoDigests?.length) return { RepoTags, RepoDigests };
  return { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] };
}

/** Fields of an image's configuration that are there when they are empty, too. */
const present = {
  Cmd: null,
  Entrypoint: null,
  Env: null,
  Labels: null,
  OnBuild: null,
  User: '',
  Volumes: null,
  WorkingDir: '',
};

const presentBefore150 = {
  ...present,
  AttachStderr: false,
  AttachStdin: false,
  AttachStdout: false,
  Domainname: '',
  Hostname: '',
  Image: '',
  OpenStdin: false,
  StdinOnce: false,
  Tty: false,
};

/** What the configuration of an image has, all else is a container's. */
const known = new Set([
  ...Object.keys(present),
  'ArgsEscaped',
  'ExposedPorts',
  'Healthcheck',
  'Shell',
  'StopSignal',
]);

/** https://github.com/moby/moby/blob/v28.5.2/api/server/router/image/inspect_response.go */
export function shapeInspect({ Config, ...image }: ImageInspect, version: ApiVersion): object {
  const isLegacy = version.before('1.50');
  const own = Object.entries(Config).filter(([name]) => isLegacy || known.has(name));
  return {
    ...image,
    RepoTags: image.RepoTags ?? [],
    RepoDigests: image.RepoDigests ?? [],
    ...(version.before('1.44')
      ? { VirtualSize: image.Size, Created: image.Created || '0001-01-01T00:00:00Z' }
      : {}),
    Config: sorted({ ...(isLegacy ? presentBefore150 : present), ...Object.fromEntries(own) }),
  };
}

/** As Go writes maps. */
function sorted(config: object): object {
  const entries = Object.entries(config as Record<string, unknown>).map(
    ([name, value]) => [name, maps.has(name) && value ? sorted(value) : value] as const,
  );
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const maps = new Set(['Labels', 'ExposedPorts', 'Volumes']);
