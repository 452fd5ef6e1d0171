import type { ContainerSpec, EndpointSpec, Identity, ProcessSpec, Stdio } from '../../protocol/agent.ts';
import type { ExecConfig } from '../../protocol/engine-api.ts';
import type { FullConfig } from '../containers/config.ts';
import type { FullHostConfig } from '../containers/hostconfig.ts';
import { allCapabilities, capabilities } from './capabilities.ts';
import { sandboxSpec } from '../networks/connector.ts';
import type { Sandbox } from '../networks/sandbox.ts';
import { containerEnv, overrideEnv } from './env.ts';
import { files } from './files.ts';
import type { ContainerMount } from '../volumes/mountpoint.ts';
import { devices } from './devices.ts';
import { specMounts } from './mounts.ts';
import { namespaces } from './namespaces.ts';
import type { Resolver } from './resolvconf.ts';
import { resources } from './resources.ts';
import { rlimits } from './rlimits.ts';
import { seccompOf } from './seccomp.ts';
import { parseSecurity } from './security.ts';
import { endpointSysctls, sysctls } from './sysctls.ts';

/** What of a container the specification is made of. */
export interface SpecSource {
  readonly id: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly config: FullConfig;
  readonly hostConfig: FullHostConfig;
  readonly mounts: readonly ContainerMount[];
  /** Variables about the containers it is linked to. */
  readonly linkEnv: readonly string[];
}

/** What is known only when the container starts. */
export interface SpecPlace {
  readonly process: number;
  readonly stdio: Stdio;
  readonly layers: string[];
  readonly resolver: Resolver;
  /** The machine's, as uname gives it. */
  readonly kernel: string;
  readonly identity?: Identity | undefined;
  readonly sandbox?: Sandbox | undefined;
  /** Lines of /etc/hosts about the containers it is linked to. */
  readonly linkHosts?: readonly string[];
  /** The ID of the container whose /etc/hosts and so on it has, if those are not its own. */
  readonly filesOwner?: string;
}

/** The container as the agent is told to make it. */
export function buildSpec(container: SpecSource, place: SpecPlace): ContainerSpec {
  const { id, config, hostConfig } = container;
  const spaces = namespaces(hostConfig);
  const network = sandboxSpec(place.sandbox);
  const endpoints = network.endpoints ?? [];
  const { MaskedPaths, ReadonlyPaths, CgroupParent } = hostConfig;
  const { writableCgroups } = parseSecurity(hostConfig.SecurityOpt ?? [], hostConfig.Privileged);
  return {
    id,
    hostname: config.Hostname,
    ...(config.Domainname !== '' && { domainname: config.Domainname }),
    layers: place.layers,
    readonlyRootfs: hostConfig.ReadonlyRootfs,
    process: processSpec(container, place),
    mounts: specMounts(container.mounts, hostConfig.Tmpfs ?? {}),
    files: filesOf(container, spaces.network, place, endpoints),
    resources: resources(hostConfig),
    privileged: hostConfig.Privileged,
    ...(writableCgroups !== hostConfig.Privileged && { writableCgroups }),
    // In a process namespace of others it would be no first process.
    init: (hostConfig.Init ?? false) && spaces.pid === undefined,
    shmSize: hostConfig.ShmSize,
    ...spaces,
    ...network,
    ...(CgroupParent !== '' && { cgroupParent: CgroupParent }),
    sysctls: { ...endpointSysctls(endpoints), ...sysctls(hostConfig.Sysctls ?? {}, spaces.network) },
    ...devices(hostConfig),
    ...(MaskedPaths && { maskedPaths: MaskedPaths }),
    ...(ReadonlyPaths && { readonlyPaths: ReadonlyPaths }),
    autoRemove: hostConfig.AutoRemove,
  };
}

/** A further process in the container. https://github.com/moby/moby/blob/v28.5.2/daemon/exec.go */
export function buildExecSpec(
  container: SpecSource,
  exec: ExecConfig & { readonly Cmd: string[] },
  { process, stdio, kernel }: Pick<SpecPlace, 'process' | 'stdio' | 'kernel'>,
): ProcessSpec {
  const base = commonProcess(container, kernel);
  const { config } = container;
  return {
    ...base,
    process,
    stdio,
    args: exec.Cmd,
    env: overrideEnv(envOf(container, exec.Tty ?? false), exec.Env ?? []),
    cwd: exec.WorkingDir || config.WorkingDir || '/',
    user: exec.User || config.User,
    ...(exec.Privileged && { capabilities: [...allCapabilities] }),
  };
}

function envOf({ config, linkEnv }: SpecSource, tty: boolean): string[] {
  return containerEnv(config.Hostname, tty, [...linkEnv, ...(config.Env ?? [])]);
}

/** Who shares a network shares what is said about it. */
function filesOf(
  { config, hostConfig }: SpecSource,
  network: ContainerSpec['network'],
  { resolver, linkHosts, filesOwner }: SpecPlace,
  endpoints: readonly EndpointSpec[],
): ContainerSpec['files'] {
  return typeof network === 'object'
    ? { container: filesOwner ?? network.container }
    : files(config, hostConfig, resolver, { endpoints, linkHosts });
}

function processSpec(container: SpecSource, { process, stdio, identity, kernel }: SpecPlace): ProcessSpec {
  const { config, hostConfig } = container;
  return {
    ...commonProcess(container, kernel),
    process,
    stdio,
    args: [container.path, ...container.args],
    env: envOf(container, config.Tty),
    cwd: config.WorkingDir || '/',
    user: config.User,
    ...(identity && { identity }),
    ...(hostConfig.OomScoreAdj !== 0 && { oomScoreAdj: hostConfig.OomScoreAdj }),
  };
}

type CommonProcess = Pick<ProcessSpec, 'capabilities' | 'noNewPrivileges' | 'seccomp' | 'groups' | 'rlimits'>;

function commonProcess({ hostConfig }: SpecSource, kernel: string): CommonProcess {
  const bounding = capabilities(hostConfig);
  const { noNewPrivileges, seccomp } = parseSecurity(hostConfig.SecurityOpt ?? [], hostConfig.Privileged);
  return {
    capabilities: bounding,
    ...(noNewPrivileges && { noNewPrivileges }),
    seccomp: seccompOf(seccomp, bounding, kernel),
    ...(hostConfig.GroupAdd?.length && { groups: hostConfig.GroupAdd }),
    ...(hostConfig.Ulimits?.length && { rlimits: rlimits(hostConfig.Ulimits) }),
  };
}
