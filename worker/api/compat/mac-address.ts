import { ApiError, type ContainerConfig, type HostConfig } from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';
import { type Endpoints, isBridge, isUserDefined, mainEndpoint } from './endpoint.ts';

/** A container's MAC address becomes its main endpoint's. @returns a warning for those who should know better */
export function migrateMacAddress(
  config: ContainerConfig,
  host: HostConfig,
  endpoints: Endpoints,
  version: ApiVersion,
): string | undefined {
  const address = config.MacAddress ?? '';
  const mode = host.NetworkMode ?? '';
  const isFitting = isBridge(mode) || isUserDefined(mode);
  if (version.before('1.44')) {
    if (address === '') return forgetAddresses(endpoints);
    if (!isFitting) throw new ApiError(400, 'conflicting options: mac-address and the network mode');
    mainEndpoint(version, mode, endpoints).MacAddress = address;
    return undefined;
  }
  if (address === '') return undefined;
  if (isFitting) setMain(address, mode, endpoints, version);
  delete config.MacAddress;
  return 'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.';
}

function forgetAddresses(endpoints: Endpoints): undefined {
  for (const endpoint of Object.values(endpoints)) if (endpoint) delete endpoint.MacAddress;
}

function setMain(address: string, mode: string, endpoints: Endpoints, version: ApiVersion): void {
  const endpoint = mainEndpoint(version, mode, endpoints);
  if ((endpoint.MacAddress ?? '') !== '' && endpoint.MacAddress !== address)
    throw new ApiError(
      400,
      'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
    );
  endpoint.MacAddress = address;
}
