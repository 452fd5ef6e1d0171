import { isKnownHostConfigField } from './hostconfig.ts';
import { notImplemented } from '../errors.ts';

/** Values of fields which this engine has nothing to do for: Docker's own defaults. */
const inert: Readonly<Record<string, readonly unknown[]>> = {
  IpcMode: ['private', 'shareable'],
  CgroupnsMode: ['private'],
  Isolation: ['default'],
  Runtime: ['runc', 'io.containerd.runc.v2'],
  MemorySwappiness: [-1],
  CpusetCpus: ['0'],
  CpusetMems: ['0'],
  UsernsMode: ['host'],
};

/** Where the client keeps the ID is its own affair. */
const clientOnly = 'ContainerIDFile';

/** Whose empty list means something other than their absence. */
const meaningfulWhenEmpty = new Set(['MaskedPaths', 'ReadonlyPaths']);

/** Refuses fields that would otherwise be ignored. A field that asks for nothing is no field. */
export function refuseUnknownFields(hostConfig: object): void {
  for (const [key, value] of Object.entries(hostConfig)) {
    if (isKnownHostConfigField(key) || key === clientOnly) continue;
    if (meaningfulWhenEmpty.has(key) ? value === null : isNothing(value)) continue;
    if (inert[key]?.includes(value)) continue;
    throw notImplemented(`HostConfig.${key} is not supported: ${JSON.stringify(value)}`);
  }
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isNothing);
}
