import type { ContainerConfig, HostConfig } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';
import { validatePortBindings } from '../networks/ports/portspec.ts';
import { normalizeCapabilities } from '../spec/capabilities.ts';
import { placeProblem, validateMount, validateMountOptions } from '../volumes/mountconfig.ts';
import { validateLogConfig } from './logconfig.ts';
import { verifyResources } from './limits.ts';
import { modeProblem } from './modes.ts';
import { netModeProblem } from './netmode.ts';
import { validateRestartPolicy } from './restartpolicy.ts';

/** A HostConfig that can be, without what this machine has nothing for. */
export interface VerifiedHost {
  readonly host: HostConfig;
  /** In Docker's words. */
  readonly warnings: string[];
}

/**
 * Checks a request's HostConfig with Docker's texts and in Docker's order.
 * https://github.com/moby/moby/blob/v28.5.2/runconfig/config.go, daemon/container.go and daemon/daemon_unix.go
 */
export function verifyHostConfig(config: ContainerConfig, given: HostConfig): VerifiedHost {
  for (const problem of requestProblems(config, given)) if (problem !== undefined) throw invalid(problem);
  for (const mount of given.Mounts ?? []) validateMountOptions(mount);
  const warnings = validateCommon(given);
  const { limits: host, warnings: discarded } = verifyResources(given, false);
  for (const problem of platformProblems(host)) if (problem !== undefined) throw invalid(problem);
  validateLogConfig(host.LogConfig);
  return { host, warnings: [...warnings, ...discarded, ...hints(host)] };
}

type Problem = string | undefined;

function* requestProblems(config: ContainerConfig, host: HostConfig): Generator<Problem> {
  const { CpuShares = 0, Isolation = '' } = host;
  yield netModeProblem(config, host);
  yield problem(
    !['', 'default'].includes(Isolation.toLowerCase()),
    `invalid isolation (${Isolation}): linux only supports 'default'`,
  );
  yield problem(
    Boolean(host.IOMaximumBandwidth),
    'invalid option: QoS maximum bandwidth configuration is not supported on linux',
  );
  yield problem(
    Boolean(host.IOMaximumIOps),
    'invalid option: QoS maximum IOPs configuration is not supported on linux',
  );
  yield problem(
    Boolean(host.CpuRealtimePeriod) || Boolean(host.CpuRealtimeRuntime),
    'kernel does not support CPU real-time scheduler',
  );
  yield problem(CpuShares < 0, `invalid CPU shares (${CpuShares}): value must be a positive integer`);
}

function* platformProblems(host: HostConfig): Generator<Problem> {
  const { ShmSize = 0, OomScoreAdj = 0, Runtime = '', CgroupnsMode = '' } = host;
  yield modeProblem(host);
  yield problem(ShmSize < 0, 'SHM size can not be less than 0');
  yield problem(
    OomScoreAdj < -1000 || OomScoreAdj > 1000,
    `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`,
  );
  yield problem(
    !['', 'runc', 'io.containerd.runc.v2'].includes(Runtime),
    `unknown or invalid runtime name: ${Runtime}`,
  );
  for (const path of Object.keys(host.Tmpfs ?? {})) yield placeProblem(path);
  yield problem(
    !['', 'private', 'host'].includes(CgroupnsMode),
    `invalid cgroup namespace mode: ${CgroupnsMode}`,
  );
}

function problem(broken: boolean, text: string): Problem {
  return broken ? text : undefined;
}

/** @returns warnings */
function validateCommon(host: HostConfig): string[] {
  validateRestart(host);
  for (const mount of host.Mounts ?? []) validateMount(mount);
  for (const text of host.ExtraHosts ?? []) validateExtraHost(text);
  validatePortBindings(host.PortBindings ?? {});
  if (host.RestartPolicy) validateRestartPolicy(host.RestartPolicy);
  validateCapabilities(host);
  if (Object.hasOwn(host.Annotations ?? {}, ''))
    throw invalid('invalid Annotations: the empty string is not permitted as an annotation key');
  const hasImages = host.Mounts?.some(({ Type }) => Type === 'image');
  return hasImages ? ['Image mount is an experimental feature'] : [];
}

function hints({ NetworkMode, PortBindings, VolumeDriver, Mounts }: HostConfig): string[] {
  const isPublished = Object.keys(PortBindings ?? {}).length > 0;
  const hasPlain = Mounts?.some(
    ({ Type, VolumeOptions }) => Type === 'volume' && !VolumeOptions?.DriverConfig?.Name,
  );
  return [
    ...(NetworkMode === 'host' && isPublished
      ? ['Published ports are discarded when using host network mode']
      : []),
    ...(VolumeDriver && hasPlain
      ? [
          "WARNING: the container-wide volume-driver configuration is ignored for volumes specified via 'mount'. Use '--mount type=volume,volume-driver=...' instead",
        ]
      : []),
  ];
}

function validateRestart({ AutoRemove, RestartPolicy }: HostConfig): void {
  const name = RestartPolicy?.Name ?? '';
  if (AutoRemove && name !== '' && name !== 'no')
    throw invalid("can't create 'AutoRemove' container with restart policy");
}

function validateExtraHost(text: string): void {
  const colon = text.indexOf(':');
  if (colon <= 0) throw invalid(`bad format for add-host: ${JSON.stringify(text)}`);
  const address = text.slice(colon + 1);
  if (address !== 'host-gateway' && !isAddress(address))
    throw invalid(`invalid IP address in add-host: ${JSON.stringify(address)}`);
}

function isAddress(text: string): boolean {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (v4 !== null) return v4.slice(1).every((part) => Number(part) <= 255);
  return /^[0-9a-fA-F:.]+$/.test(text) && URL.canParse(`http://[${text}]/`);
}

function validateCapabilities({ CapAdd, CapDrop }: HostConfig): void {
  for (const [field, given] of [
    ['CapAdd', CapAdd],
    ['CapDrop', CapDrop],
  ] as const) {
    try {
      normalizeCapabilities(given ?? []);
    } catch (error) {
      throw invalid(`invalid ${field}: ${(error as Error).message}`);
    }
  }
}
