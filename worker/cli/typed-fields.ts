/**
 * Docker's client knows the types of the fields that it shows. Two things of that are visible in templates: what a null
 * prints as, and that a field which the engine leaves out is null and not a mistake.
 */

const maps = new Set(
  (
    'Annotations Data DriverOpts ExposedPorts Labels Options PortBindings Ports StorageOpt Sysctls Tmpfs Volumes ' +
    'Networks LogOpts'
  ).split(' '),
);
const pointers = new Set(
  (
    'Health Healthcheck Init MemorySwappiness OomKillDisable PidsLimit SizeRootFs SizeRw StopTimeout IPAMConfig ' +
    'ImageManifestDescriptor'
  ).split(' '),
);

export function nullText(name: string): string {
  if (maps.has(name)) return 'map[]';
  return pointers.has(name) ? '<nil>' : '[]';
}

/** By the object they are in; `` is the outermost. */
const optional: Readonly<Record<string, readonly string[]>> = {
  '': ['SizeRw', 'SizeRootFs'],
  State: ['Health'],
  Config: ['Healthcheck', 'StopTimeout', 'ExposedPorts', 'Shell'],
  HostConfig: ['Annotations', 'Init', 'Mounts', 'StorageOpt', 'Sysctls', 'Tmpfs'],
};

/** Fields that Docker's client knows by another name than the API has for them. */
const clientNames: Readonly<Record<string, string>> = {
  ID: 'Id',
  APIVersion: 'ApiVersion',
  NanoCPUs: 'NanoCpus',
  CPUShares: 'CpuShares',
  CPUPeriod: 'CpuPeriod',
  CPUQuota: 'CpuQuota',
};

/** Templates find the fields by the client's names too, and JSON does not. */
export function withClientNames<T extends object>(object: T): T {
  for (const [name, ofApi] of Object.entries(clientNames)) {
    if (!(ofApi in object) || name in object) continue;
    Object.defineProperty(object, name, {
      value: (object as Record<string, unknown>)[ofApi],
      enumerable: false,
    });
  }
  return object;
}

/** A copy in which templates find the fields that were left out, and JSON does not. */
export function withOptionalFields(object: object): object {
  const copy: Record<string, unknown> = { ...object };
  for (const [place, names] of Object.entries(optional)) {
    const inside = place === '' ? copy : copy[place];
    if (typeof inside !== 'object' || inside === null) continue;
    const filled = place === '' ? copy : { ...inside };
    for (const name of names) {
      if (!(name in filled)) Object.defineProperty(filled, name, { value: null, enumerable: false });
    }
    if (place !== '') copy[place] = withClientNames(filled);
  }
  return withClientNames(copy);
}
