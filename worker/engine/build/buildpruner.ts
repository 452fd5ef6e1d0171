import type { DiffId } from '../../oci/diffid.ts';
import type { BuildCacheRecord, BuildPruned, BuildPruneOptions } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { exactMatch, fuzzyMatch, requireFilters, untilFilter } from '../filters.ts';
import type { LayerCollector } from '../images/layercollector.ts';
import type { Sandboxes } from './sandbox.ts';

export interface BuildPrunerParts {
  readonly context: Pick<EngineContext, 'buildCache' | 'buildContexts' | 'clock' | 'containers' | 'images'>;
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

  async records(): Promise<BuildCacheRecord[]> {
    const { context, sandboxes } = this.#parts;
    return [
      ...context.buildCache.records(this.#used()),
      ...(await context.buildContexts.records()),
      ...(await sandboxes.caches.records()),
    ];
  }

  /** Without `all` what images are made of stays known. */
  async prune({ all = false, filters = {} }: BuildPruneOptions): Promise<BuildPruned> {
    requireFilters(filters, known);
    const { context, sandboxes } = this.#parts;
    const until = untilFilter(
      { until: [...(filters['until'] ?? []), ...(filters['unused-for'] ?? [])] },
      context.clock.now(),
    );
    const which = (record: BuildCacheRecord) =>
      (all || !record.Shared) &&
      (until === undefined || Date.parse(record.LastUsedAt ?? record.CreatedAt) < until) &&
      fuzzyMatch(filters, 'id', record.ID) &&
      exactMatch(filters, 'type', record.Type) &&
      exactMatch(filters, 'description', record.Description);
    const pruned = [
      ...(await this.#pruneSteps(which)),
      ...(await context.buildContexts.prune(which)),
      ...(await sandboxes.caches.prune(which)),
    ];
    return {
      CachesDeleted: pruned.length === 0 ? null : pruned.map(({ ID }) => ID),
      SpaceReclaimed: pruned.filter(({ Shared }) => !Shared).reduce((sum, { Size }) => sum + Size, 0),
    };
  }

  async #pruneSteps(which: (record: BuildCacheRecord) => boolean): Promise<BuildCacheRecord[]> {
    const { context, collector } = this.#parts;
    const used = this.#used();
    const layers = new Map(
      context.buildCache.records(used).map(({ ID }) => [ID, context.buildCache.layerOf(ID)]),
    );
    const pruned = await context.buildCache.prune(which, used);
    for (const { ID } of pruned) {
      const layer = layers.get(ID);
      if (layer !== undefined) await collector.collect([layer]);
    }
    return pruned;
  }

  #used(): Set<DiffId> {
    const { images, containers } = this.#parts.context;
    return new Set([...images.all(), ...containers.all()].flatMap(({ layers }) => layers));
  }
}
