import {
  ApiError,
  type ContainerConfig,
  type CreateConfig,
  type EndpointSettings,
  type HostConfig,
  type Mount,
} from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';
import type { Endpoints } from './endpoint.ts';
import { migrateMacAddress } from './mac-address.ts';
import { migrateSysctls } from './sysctls.ts';

/** A configuration on its way to the engine. */
interface Draft {
  config: ContainerConfig;
  host: HostConfig;
  endpoints: Endpoints;
}

/**
 * What a client of an older API means by its request, in the words of today: fields that its version did not know are
 * taken out, and its defaults are put in. https://github.com/moby/moby/blob/v28.5.2/api/server/router/container/container_routes.go#L473
 *
 * @returns the configuration, and warnings about what was changed
 */
export function adaptCreate(
  { HostConfig, NetworkingConfig, ...config }: CreateConfig,
  version: ApiVersion,
): { config: CreateConfig; warnings: string[] } {
  const draft: Draft = {
    config,
    host: { ...HostConfig },
    endpoints: { ...NetworkingConfig?.EndpointsConfig },
  };
  defaultNetwork(draft);
  for (const [before, forget] of changes) if (version.before(before)) forget(draft);
  if (version.since('1.42')) checkMounts(draft.host);
  if ((draft.host.PidsLimit ?? 1) <= 0) draft.host.PidsLimit = null;
  const warnings = [
    volumeDriverWarning(draft.host, version),
    migrateMacAddress(draft.config, draft.host, draft.endpoints, version),
    migrateSysctls(draft.host, draft.endpoints, version),
  ].filter((warning) => warning !== undefined);
  const networking = { NetworkingConfig: { EndpointsConfig: draft.endpoints } };
  return { config: { ...draft.config, HostConfig: draft.host, ...networking }, warnings };
}

/** "default" is the network of the platform, here and as a name of an endpoint. */
function defaultNetwork({ host, endpoints }: Draft): void {
  if ((host.NetworkMode ?? '') !== '' && host.NetworkMode !== 'default') return;
  host.NetworkMode = 'bridge';
  if (!('default' in endpoints)) return;
  endpoints['bridge'] = endpoints['default'] ?? null;
  delete endpoints['default'];
}

/** By the version that knew it first, or did it otherwise. */
const changes: readonly (readonly [before: string, forget: (draft: Draft) => void])[] = [
  ['1.25', ({ host }) => void (host.AutoRemove = false)],
  ['1.40', forget140],
  ['1.42', forget142],
  ['1.43', ({ host }) => void delete host.Annotations],
  ['1.44', forget144],
  ['1.45', ({ host }) => eachMount(host, needsSubpath)],
  ['1.48', forget148],
];

function forget140({ host }: Draft): void {
  eachMount(host, ({ BindOptions }) => void (BindOptions && delete BindOptions.NonRecursive));
  delete host.KernelMemoryTCP;
  if ((host.IpcMode ?? '') === '') host.IpcMode = 'shareable';
}

/** Options of another type of mount were not looked at. */
function forget142({ host }: Draft): void {
  eachMount(host, (mount) => {
    if (mount.Type !== 'volume') delete mount.VolumeOptions;
    if (mount.Type !== 'tmpfs') delete mount.TmpfsOptions;
    if (mount.BindOptions) delete mount.BindOptions.CreateMountpoint;
  });
  delete host.ConsoleSize;
}

function forget144({ config, host, endpoints }: Draft): void {
  if (config.Healthcheck) delete config.Healthcheck.StartInterval;
  eachMount(host, ({ Type, BindOptions }) => {
    if (Type === 'bind' && BindOptions?.ReadOnlyForceRecursive)
      throw new ApiError(400, 'BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer');
  });
  const names = Object.keys(endpoints);
  if (names.length > 1)
    throw new ApiError(
      400,
      `Container cannot be created with multiple network endpoints: ${names.join(', ')}`,
    );
}

function needsSubpath({ VolumeOptions }: Mount): void {
  if (VolumeOptions?.Subpath) throw new ApiError(400, 'VolumeOptions.Subpath needs API v1.45 or newer');
}

function forget148({ host, endpoints }: Draft): void {
  for (const endpoint of Object.values(endpoints)) forgetPriority(endpoint);
  eachMount(host, ({ Type }) => {
    if (Type === 'image') throw new ApiError(400, 'Mount type "Image" needs API v1.48 or newer');
  });
}

function forgetPriority(endpoint: EndpointSettings | null): void {
  if (endpoint) delete endpoint.GwPriority;
}

function checkMounts(host: HostConfig): void {
  // Gone since 1.42.
  delete host.KernelMemory;
  eachMount(host, ({ Type, VolumeOptions, BindOptions, TmpfsOptions }) => {
    if (VolumeOptions && Type !== 'volume') throw misplaced('VolumeOptions', Type);
    if (BindOptions && Type !== 'bind') throw misplaced('BindOptions', Type);
    if (TmpfsOptions && Type !== 'tmpfs') throw misplaced('TmpfsOptions', Type);
  });
}

function misplaced(options: string, type: string | undefined): ApiError {
  return new ApiError(400, `${options} must not be specified on mount type ${JSON.stringify(type ?? '')}`);
}

function volumeDriverWarning({ VolumeDriver, Mounts }: HostConfig, version: ApiVersion): string | undefined {
  if (!VolumeDriver || version.before('1.48')) return undefined;
  const ignored = Mounts?.some(({ Type, VolumeOptions }) => {
    return Type === 'volume' && !VolumeOptions?.DriverConfig?.Name;
  });
  return ignored
    ? "WARNING: the container-wide volume-driver configuration is ignored for volumes specified via 'mount'. Use '--mount type=volume,volume-driver=...' instead"
    : undefined;
}

function eachMount({ Mounts }: HostConfig, visit: (mount: Mount) => void): void {
  for (const mount of Mounts ?? []) visit(mount);
}
