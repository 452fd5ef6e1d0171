import type { EndpointSettings } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';
import { parseMac } from './mac.ts';
import { isPredefined } from './network.ts';

/** https://github.com/moby/moby/blob/v28.5.2/daemon/container_operations.go (validateEndpointSettings) */
export function validateEndpoint(
  network: string,
  { IPAMConfig, Aliases, MacAddress }: EndpointSettings,
): void {
  const errors: string[] = [];
  if (isPredefined(network)) {
    if (IPAMConfig?.IPv4Address || IPAMConfig?.IPv6Address)
      errors.push('user specified IP address is supported on user defined networks only');
    if (Aliases?.length)
      errors.push('network-scoped alias is supported only for containers in user defined networks');
  }
  if (MacAddress && parseMac(MacAddress) === undefined) throw invalid(`invalid MAC address ${MacAddress}`);
  if (errors.length > 0) throw invalid(`invalid endpoint settings:\n${errors.join('\n')}`);
}
