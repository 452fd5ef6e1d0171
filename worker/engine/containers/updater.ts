import type { Resources, UpdateConfig } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { conflict, internal, prefixed } from '../errors.ts';
import { resources } from '../spec/resources.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import type { FullHostConfig } from './hostconfig.ts';
import { verifyResources } from './limits.ts';
import { validateRestartPolicy } from './restartpolicy.ts';

/** What an update can change, as far as it says something. */
const changeable = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpusetCpus',
  'CpusetMems',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
] as const;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/update.go */
export class Updater {
  readonly #context: Pick<EngineContext, 'agent' | 'events'>;

  constructor(context: Pick<EngineContext, 'agent' | 'events'>) {
    this.#context = context;
  }

  /** `find` comes after the request was checked. Nothing is changed when the machine refuses. */
  async update(find: () => Container, request: UpdateConfig): Promise<{ Warnings: string[] | null }> {
    const { RestartPolicy: policy, ...given } = request;
    if (policy) validateRestartPolicy(policy);
    const { limits, warnings } = verifyResources<Resources>(given, true);
    const container = find();
    await prefixed(`Cannot update container ${container.id}`, () => this.#apply(container, limits, policy));
    containerEvent(this.#context.events, container, 'update');
    return { Warnings: warnings.length > 0 ? warnings : null };
  }

  async #apply(
    container: Container,
    limits: Resources,
    policy: UpdateConfig['RestartPolicy'],
  ): Promise<void> {
    const { hostConfig, state } = container;
    if (state.removing || state.dead)
      throw conflict('container is marked for removal and cannot be "update"');
    const before = structuredClone(hostConfig);
    refuseConflicts(hostConfig, limits);
    change(hostConfig, limits);
    try {
      setPolicy(container, policy);
      if (state.running && !state.restarting) await this.#limit(container, limits);
    } catch (error) {
      Object.assign(hostConfig, before);
      throw error;
    }
  }

  async #limit({ id, hostConfig }: Container, limits: Resources): Promise<void> {
    requireRoom(hostConfig);
    const unlimited = limits.PidsLimit !== undefined && (limits.PidsLimit ?? 0) <= 0 ? { pids: -1 } : {};
    await this.#context.agent.call('update', {
      id,
      resources: { ...changed(hostConfig, limits), ...unlimited },
    });
  }
}

/** What runc finds out when it writes the limits. https://github.com/opencontainers/cgroups/blob/v0.0.1/utils.go (ConvertMemorySwapToCgroupV2Value) */
function requireRoom({ Memory, MemorySwap }: FullHostConfig): void {
  if (MemorySwap <= 0) return;
  if (Memory <= 0) throw runcFailure('unable to set swap limit without memory limit');
  if (MemorySwap < Memory) throw runcFailure('memory+swap limit should be >= memory limit');
}

function runcFailure(text: string): Error {
  return internal(`runc did not terminate successfully: exit status 1: ${text}`);
}

/** Of the limits that hold now only those that the update touches. */
function changed(host: FullHostConfig, limits: Resources): ReturnType<typeof resources> {
  const { memory, swap, memoryReservation, cpuQuota, cpuPeriod, cpuWeight, pids } = resources(host);
  const touchesMemory = Boolean(limits.Memory) || Boolean(limits.MemorySwap);
  const touchesCpu = Boolean(limits.NanoCpus) || Boolean(limits.CpuQuota) || Boolean(limits.CpuPeriod);
  return {
    ...(touchesMemory && memory !== undefined && { memory }),
    ...(touchesMemory && (swap !== undefined ? { swap } : host.MemorySwap < 0 && { swap: -1 })),
    ...(limits.MemoryReservation && memoryReservation !== undefined && { memoryReservation }),
    ...(touchesCpu && cpuQuota !== undefined && { cpuQuota }),
    ...(touchesCpu && cpuPeriod !== undefined && { cpuPeriod }),
    ...(limits.CpuShares && cpuWeight !== undefined && { cpuWeight }),
    ...(limits.PidsLimit && pids !== undefined && { pids }),
  };
}

/** https://github.com/moby/moby/blob/v28.5.2/container/container_unix.go (UpdateContainer) */
function refuseConflicts(host: FullHostConfig, limits: Resources): void {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, Memory = 0, MemorySwap = 0 } = limits;
  const rules: [boolean, string][] = [
    [
      NanoCpus > 0 && host.CpuPeriod > 0,
      'Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set',
    ],
    [
      NanoCpus > 0 && host.CpuQuota > 0,
      'Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set',
    ],
    [
      CpuPeriod > 0 && host.NanoCpus > 0,
      'Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set',
    ],
    [
      CpuQuota > 0 && host.NanoCpus > 0,
      'Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set',
    ],
    [
      Memory !== 0 && Memory > host.MemorySwap && MemorySwap === 0,
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    ],
  ];
  const text = rules.find(([broken]) => broken)?.[1];
  if (text !== undefined) throw conflict(text);
}

function change(host: FullHostConfig, limits: Resources): void {
  for (const field of changeable) if (limits[field]) Object.assign(host, { [field]: limits[field] });
  const { PidsLimit } = limits;
  if (typeof PidsLimit === 'number') host.PidsLimit = Math.max(0, PidsLimit);
}

function setPolicy({ hostConfig }: Container, policy: UpdateConfig['RestartPolicy']): void {
  if (!policy?.Name) return;
  if (hostConfig.AutoRemove && policy.Name !== 'no')
    throw conflict('Restart policy cannot be updated because AutoRemove is enabled for the container');
  hostConfig.RestartPolicy = { Name: policy.Name, MaximumRetryCount: policy.MaximumRetryCount ?? 0 };
}
