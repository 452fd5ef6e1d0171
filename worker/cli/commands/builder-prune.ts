import type { EngineApi } from '../../protocol/engine-api.ts';
import { withPruneFilters } from '../client-config.ts';
import { command, noArgs } from '../command-spec.ts';
import { confirm } from '../confirm.ts';
import { bytes } from '../flags/bytes.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import type { Filters } from '../flags/filter.ts';
import { unavailable } from '../flags/flag.ts';
import { bool } from '../flags/kinds.ts';
import { humanSize } from '../format/size.ts';
import type { Pruned } from '../prune.ts';

const flags = {
  all: bool('Remove all unused build cache, not just dangling ones', { short: 'a' }),
  filter: filter('Provide filter values (e.g. "until=24h")', false),
  force: bool('Do not prompt for confirmation', { short: 'f' }),
  'keep-storage': unavailable(
    'limits of the build cache are',
    bytes('Amount of disk space to keep for cache'),
  ),
};

export const builderPrune = command({
  usage: '',
  short: 'Remove build cache',
  args: noArgs,
  flags,
  async run(call) {
    const { engine, values, out } = call;
    const filters = withPruneFilters(call.config, values.filter);
    const what = values.all ? 'all build cache' : 'all dangling build cache';
    const warning = `WARNING! This will remove ${what}. Are you sure you want to continue?`;
    if (!values.force && !(await confirm(call, warning))) return;
    const { text, reclaimed } = await pruneBuilds(values.all)(engine, filters);
    await out.print(text);
    await out.println(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
});

/** With `all` also what images are made of. */
export function pruneBuilds(all: boolean): (engine: EngineApi, filters: Filters) => Promise<Pruned> {
  return async (engine, filters) => {
    const pruned = await engine.buildPrune({ ...(all && { all }), ...filtersOption(filters) });
    const deleted = pruned.CachesDeleted ?? [];
    const text = deleted.length === 0 ? '' : ['Deleted build cache objects:', ...deleted, '', ''].join('\n');
    return { text, reclaimed: pruned.SpaceReclaimed };
  };
}
