import { ApiError, type HostConfig } from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';
import { type Endpoints, mainEndpoint } from './endpoint.ts';

const option = 'com.docker.network.endpoint.sysctls';

/**
 * Sysctls of a container that name an interface become options of its main endpoint, for clients that know no other
 * way. @returns a warning when it was done
 */
export function migrateSysctls(
  host: HostConfig,
  endpoints: Endpoints,
  version: ApiVersion,
): string | undefined {
  const mode = host.NetworkMode ?? '';
  if (mode === 'host' || mode.startsWith('container:')) return undefined;
  const names = Object.keys(host.Sysctls ?? {}).filter((name) => /^net\.[^.]*\.[^.]*\.eth[^.]*\./.test(name));
  if (names.length === 0) return undefined;
  for (const name of names) check(name, version);
  const moved = names
    .map((name) => `${name.replace('.eth0.', '.IFNAME.')}=${host.Sysctls?.[name]}`)
    .join(',');
  const endpoint = mainEndpoint(version, mode, endpoints);
  const present = endpoint.DriverOpts?.[option];
  const value = present === undefined ? moved : `${moved},${present}`;
  endpoint.DriverOpts = { ...endpoint.DriverOpts, [option]: value };
  host.Sysctls = Object.fromEntries(
    Object.entries(host.Sysctls ?? {}).filter(([name]) => !names.includes(name)),
  );
  return `Migrated sysctl ${JSON.stringify(names.join(','))} to DriverOpts{${JSON.stringify(option)}:${JSON.stringify(moved)}}.`;
}

function check(name: string, version: ApiVersion): void {
  if (version.since('1.48'))
    throw new ApiError(
      500,
      `interface specific sysctl setting ${JSON.stringify(name)} must be supplied using driver option '${option}'`,
    );
  if (name.split('.')[3] !== 'eth0')
    throw new ApiError(
      500,
      `unable to determine network endpoint for sysctl ${name}, use driver option '${option}' to set per-interface sysctls`,
    );
}
