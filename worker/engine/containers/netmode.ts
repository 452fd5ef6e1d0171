import type { ContainerConfig, HostConfig } from '../../protocol/engine-api.ts';
import { otherContainer } from './modes.ts';

type Rule = readonly [broken: boolean, text: string];

/** What does not go together with a network mode. https://github.com/moby/moby/blob/v28.5.2/runconfig/hostconfig.go (validateNetMode) */
export function netModeProblem(config: ContainerConfig, host: HostConfig): string | undefined {
  const mode = host.NetworkMode ?? '';
  const isShared = mode === 'container' || mode.startsWith('container:');
  const rules = [...(isShared ? sharedRules(config, host, mode) : []), ...commonRules(config, host, mode)];
  const text = rules.find(([broken]) => broken)?.[1];
  return text;
}

function commonRules({ Hostname }: ContainerConfig, host: HostConfig, mode: string): Rule[] {
  return [
    [host.UTSMode === 'host' && Boolean(Hostname), 'conflicting options: hostname and the UTS mode'],
    [
      mode === 'host' && Boolean(host.Links?.length),
      "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
    ],
  ];
}

function sharedRules({ Hostname, ExposedPorts }: ContainerConfig, host: HostConfig, mode: string): Rule[] {
  const published = Object.keys(host.PortBindings ?? {}).length > 0 || Boolean(host.PublishAllPorts);
  return [
    [!otherContainer(mode), 'invalid network mode: invalid container format container:<name|id>'],
    [Boolean(Hostname), 'conflicting options: hostname and the network mode'],
    [
      Boolean(host.Links?.length),
      "conflicting options: container type network can't be used with links. This would result in undefined behavior",
    ],
    [Boolean(host.Dns?.length), 'conflicting options: dns and the network mode'],
    [Boolean(host.ExtraHosts?.length), 'conflicting options: custom host-to-IP mapping and the network mode'],
    [published, 'conflicting options: port publishing and the container type network mode'],
    [
      Object.keys(ExposedPorts ?? {}).length > 0,
      'conflicting options: port exposing and the container type network mode',
    ],
  ];
}
