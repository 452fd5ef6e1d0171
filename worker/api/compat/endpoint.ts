import { ApiError, type EndpointSettings } from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';

/** By a network's name or ID, as the client calls it. */
export type Endpoints = Record<string, EndpointSettings | null>;

/** Whether a network mode is the default bridge. */
export function isBridge(mode: string): boolean {
  return mode === 'bridge';
}

/** Whether a network mode is a network that somebody has made. */
export function isUserDefined(mode: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(mode) && !mode.startsWith('container:');
}

/**
 * The settings of a container's main network, made when it has none. Throws when it cannot be told which of them they
 * are.
 */
export function mainEndpoint(version: ApiVersion, mode: string, endpoints: Endpoints): EndpointSettings {
  const names = Object.keys(endpoints);
  const name = names.length > 0 && version.before('1.44') ? names[0]! : mode;
  if (names.length > 0 && !names.includes(name))
    throw new ApiError(
      400,
      'HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks',
    );
  return (endpoints[name] ??= {});
}
