import type { EndpointSpec } from '../../protocol/agent.ts';
import type { Place, Sandbox } from './sandbox.ts';

/** A container's devices, as the agent is told to make them: eth0 and so on, the first with the default route. */
export function endpointSpecs({ endpoints }: Sandbox): EndpointSpec[] {
  return Object.values(endpoints)
    .flatMap(({ place }) => place ?? [])
    .map(deviceOf);
}

function deviceOf({ bridge, port, mac, address, prefix, gateway }: Place, index: number): EndpointSpec {
  const device = `eth${index}`;
  return { bridge, port, device, mac, address, prefix, ...(index === 0 && { gateway }) };
}
