import type { HostConfig } from '../../protocol/engine-api.ts';
import { invalid, notImplemented } from '../errors.ts';
import { normalizeCapabilities } from '../spec/capabilities.ts';
import { mounts } from '../spec/mounts.ts';
import { rlimits } from '../spec/rlimits.ts';
import { validateSysctls } from '../spec/sysctls.ts';
import { refuseUnknownFields } from './inert.ts';
import { validateLogConfig } from './logconfig.ts';
import { validateResources } from './limits.ts';
import { validateRestartPolicy } from './restartpolicy.ts';

/**
 * Checks a HostConfig with Docker's texts, and returns Docker's warnings.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/container.go (verifyContainerSettings)
 */
export function validateHostConfig(host: HostConfig): string[] {
  refuseUnknownFields(host);
  validateRestart(host);
  for (const text of host.ExtraHosts ?? []) validateExtraHost(text);
  validateCapabilities(host);
  validateResources(host);
  validateRange(host);
  validateMounts(host);
  rlimits(host.Ulimits ?? []);
  validateSysctls(host.Sysctls ?? {}, host.NetworkMode === 'host' ? 'host' : 'own');
  validateLogConfig(host.LogConfig);
  refusePorts(host);
  return host.OomKillDisable
    ? ['Your kernel does not support OomKillDisable. OomKillDisable discarded.']
    : [];
}

function validateRestart({ AutoRemove, RestartPolicy }: HostConfig): void {
  const name = RestartPolicy?.Name ?? '';
  if (AutoRemove && name !== '' && name !== 'no')
    throw invalid("can't create 'AutoRemove' container with restart policy");
  if (RestartPolicy !== undefined) validateRestartPolicy(RestartPolicy);
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

function validateRange({ ShmSize = 0, OomScoreAdj = 0 }: HostConfig): void {
  if (ShmSize < 0) throw invalid('SHM size can not be less than 0');
  if (OomScoreAdj < -1000 || OomScoreAdj > 1000)
    throw invalid(`Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`);
}

function validateMounts(host: HostConfig): void {
  for (const path of Object.keys(host.Tmpfs ?? {})) {
    if (!path.startsWith('/')) throw invalid(`invalid mount path: '${path}' mount path must be absolute`);
    if (/^\/+$/.test(path)) throw invalid("invalid specification: destination can't be '/'");
  }
  const seen = new Set<string>();
  for (const { destination } of mounts(host)) {
    if (seen.has(destination)) throw invalid(`Duplicate mount point: ${destination}`);
    seen.add(destination);
  }
}

function refusePorts({ PortBindings, PublishAllPorts }: HostConfig): void {
  if (PublishAllPorts || Object.keys(PortBindings ?? {}).length > 0)
    throw notImplemented('publishing ports is not supported yet');
}
