import type { ContainerSpec, DeviceRule } from '../../protocol/agent.ts';
import type { HostConfig } from '../../protocol/engine-api.ts';
import { internal } from '../errors.ts';

type DeviceHost = Pick<HostConfig, 'Devices' | 'DeviceCgroupRules' | 'DeviceRequests' | 'Privileged'>;

/** `--device` and `--device-cgroup-rule`. https://github.com/moby/moby/blob/v28.5.2/daemon/oci_linux.go (WithDevices) */
export function devices(host: DeviceHost): Pick<ContainerSpec, 'devices' | 'deviceNodes'> {
  refuseRequests(host);
  const rules = host.Privileged ? [] : (host.DeviceCgroupRules ?? []).map(parseRule);
  const nodes = deviceNodes(host);
  return { ...(rules.length > 0 && { devices: rules }), ...(nodes.length > 0 && { deviceNodes: nodes }) };
}

/** A privileged container has the machine's devices where they are in the machine. */
function deviceNodes({ Devices, Privileged }: DeviceHost): NonNullable<ContainerSpec['deviceNodes']> {
  const wanted = (Devices ?? []).filter(
    ({ PathOnHost, PathInContainer }) => !Privileged || PathOnHost !== PathInContainer,
  );
  return wanted.map(({ PathOnHost, PathInContainer, CgroupPermissions }) => ({
    source: PathOnHost,
    path: PathInContainer || PathOnHost,
    access: CgroupPermissions || 'rwm',
  }));
}

function parseRule(text: string): DeviceRule {
  const [, type, major, minor, access] = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text) ?? [];
  if (access === undefined) throw internal(`invalid device cgroup rule format: '${text}'`);
  return {
    allow: true,
    type: type as DeviceRule['type'],
    ...(major !== '*' && { major: Number(major) }),
    ...(minor !== '*' && { minor: Number(minor) }),
    access,
  };
}

/** There is no driver for any. */
function refuseRequests({ DeviceRequests }: DeviceHost): void {
  const [request] = (DeviceRequests ?? []) as { Driver?: string; Capabilities?: string[][] | null }[];
  if (request === undefined) return;
  const wanted = (request.Capabilities ?? []).map((all) => `[${all.join(' ')}]`).join(' ');
  throw internal(
    `could not select device driver ${JSON.stringify(request.Driver ?? '')} with capabilities: [${wanted}]`,
  );
}
