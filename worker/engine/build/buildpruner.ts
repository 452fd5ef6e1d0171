import type { ContextStore } from '../../build/solve/context-store.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { BuildCacheRecord, BuildPruned, BuildPruneOptions } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { exactMatch, fuzzyMatch, requireFilters, untilFilter } from '../filters.ts';
import type { LayerCollector } from '../images/layercollector.ts';
import type { Sandboxes } from './sandbox.ts';

export interface BuildPrunerParts {
  readonly context: Pick<EngineContext, 'buildCache' | 'clock' | 'containers' | 'images'>;
  readonly contexts: ContextStore;
  readonly sandboxes: Sandboxes;
  readonly collector: LayerCollector;
}

const known = ['until', 'id', 'type', 'description', 'inuse', 'shared', 'private', 'parent', 'unused-for'];

/** `docker builder prune`: forgets what steps have made, what caches hold and what is known of contexts. */
export class BuildPruner {
  readonly #parts: BuildPrunerParts;

  constructor(parts: BuildPrunerParts) {
    this.#parts = parts;
  }

  records(): BuildCacheRecord[] {
    return this.#parts.context.buildCache.records(this.#used());
  }

  /** Without `all` what images are made of stays known. */
  async prune({ all = false, filters = {} }: BuildPruneOptions): Promise<BuildPruned> {
    requireFilters(filters, known);
    const { context, contexts, sandboxes, collector } = this.#parts;
    const used = this.#used();
    const until = untilFilter(
      { until: [...(filters['until'] ?? []), ...(filters['unused-for'] ?? [])] },
      context.clock.now(),
    );
    const layers = new Map(
      context.buildCache.records(used).map(({ ID }) => [ID, context.buildCache.layerOf(ID)]),
    );
    const pruned = await context.buildCache.prune(
      (record) =>
        (all || !record.Shared) &&
        (until === undefined || Date.parse(record.LastUsedAt ?? record.CreatedAt) < until) &&
        fuzzyMatch(filters, 'id', record.ID) &&
        exactMatch(filters, 'type', record.Type) &&
        exactMatch(filters, 'description', record.Description),
      used,
    );
    for (const { ID } of pruned) {
      const layer = layers.get(ID);
      if (layer !== undefined) await collector.collect([layer]);
    }
    const isWhole = Object.keys(filters).length === 0;
    const contextBytes = isWhole ? await contexts.clear() : 0;
    if (isWhole) await sandboxes.prune();
    const freed = pruned.filter(({ Shared }) => !Shared).reduce((sum, { Size }) => sum + Size, 0);
    return {
      CachesDeleted: pruned.length === 0 ? null : pruned.map(({ ID }) => ID),
      SpaceReclaimed: freed + contextBytes,
    };
  }

  #used(): Set<DiffId> {
    const { images, containers } = this.#parts.context;
    return new Set([...images.all(), ...containers.all()].flatMap(({ layers }) => layers));
  }
}
