import { StatusError } from '../errors.ts';
import type { Filters } from '../flags/filter.ts';
import { pruneVolumes } from '../prune.ts';
import { pruneCommand } from '../prune-command.ts';

export const volumePrune = pruneCommand({
  short: 'Remove unused local volumes',
  all: 'Remove all unused volumes, not just anonymous ones',
  example: 'Provide filter values (e.g. "label=<label>")',
  what: (all) => `${all ? 'all' : 'anonymous'} local volumes not used by at least one container`,
  prune: (all, filters) => ({ prune: pruneVolumes, filters: all ? withAll(filters) : filters }),
});

function withAll(filters: Filters): Filters {
  if ('all' in filters)
    throw new StatusError(1, 'conflicting options: cannot specify both --all and --filter all=1');
  return { ...filters, all: ['true'] };
}
