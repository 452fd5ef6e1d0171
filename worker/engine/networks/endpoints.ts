import type { EndpointSpec } from '../../protocol/agent.ts';
import type { Sandbox } from './sandbox.ts';

/** A container's devices, as the agent is told to make them: eth0 and so on, the first with the default route. */
export function endpointSpecs({ endpoints }: Sandbox): EndpointSpec[] {
  const places = Object.values(endpoints).flatMap(({ place }) => place ?? []);
  return places.map(({ gateway, ...place }, i) => ({
    ...place,
    device: `eth${i}`,
    ...(i === 0 && { gateway }),
  }));
}
