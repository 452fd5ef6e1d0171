import type { PortMap, PortSummary } from '../../../protocol/engine-api.ts';
import { splitPort } from './portspec.ts';

/** As a list of containers shows them: what is published, and what is only exposed. */
export function summarizePorts(ports: PortMap): PortSummary[] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const { port, protocol: Type } = splitPort(key);
    const PrivatePort = Number(port);
    if (bindings === null) return [{ PrivatePort, Type }];
    return bindings.map(({ HostIp, HostPort }) => ({
      IP: HostIp,
      PrivatePort,
      PublicPort: Number(HostPort),
      Type,
    }));
  });
}
