import type { EngineApi } from '../protocol/engine-api.ts';
import type { Filters } from './flags/filter.ts';
import { filtersOption } from './flags/filter.ts';

/** What a prune has come to: what to print of it, and the bytes that are free now. */
export interface Pruned {
  readonly text: string;
  readonly reclaimed: number;
}

export type Prune = (engine: EngineApi, filters: Filters) => Promise<Pruned>;

export const pruneContainers: Prune = async (engine, filters) => {
  const { ContainersDeleted, SpaceReclaimed } = await engine.containerPrune(filtersOption(filters));
  return report('Deleted Containers:', ContainersDeleted, SpaceReclaimed);
};

export const pruneNetworks: Prune = async (engine, filters) => {
  const { NetworksDeleted } = await engine.networkPrune(filtersOption(filters));
  return report('Deleted Networks:', NetworksDeleted, 0);
};

export const pruneVolumes: Prune = async (engine, filters) => {
  const { VolumesDeleted, SpaceReclaimed } = await engine.volumePrune(filtersOption(filters));
  return report('Deleted Volumes:', VolumesDeleted, SpaceReclaimed);
};

/** Dangling ones, and with `all` every one that no container uses. */
export function pruneImages(all: boolean): Prune {
  return async (engine, filters) => {
    const dangling = [...(filters['dangling'] ?? []), String(!all)];
    const { ImagesDeleted, SpaceReclaimed } = await engine.imagePrune(
      filtersOption({ ...filters, dangling }),
    );
    const lines = ImagesDeleted?.map((step) =>
      'Untagged' in step ? `untagged: ${step.Untagged}` : `deleted: ${step.Deleted}`,
    );
    return report('Deleted Images:', lines ?? null, SpaceReclaimed);
  };
}

function report(title: string, deleted: readonly string[] | null, reclaimed: number): Pruned {
  if (!deleted || deleted.length === 0) return { text: '', reclaimed: 0 };
  return { text: [title, ...deleted, '', ''].join('\n'), reclaimed };
}
