import { withPruneFilters } from '../client-config.ts';
import { command, noArgs } from '../command-spec.ts';
import { confirm } from '../confirm.ts';
import { StatusError } from '../errors.ts';
import { filter } from '../flags/filter.ts';
import type { Filters } from '../flags/filter.ts';
import type { FlagValues } from '../flags/flag.ts';
import { bool } from '../flags/kinds.ts';
import { naturalOrder } from '../format/natural.ts';
import { humanSize } from '../format/size.ts';
import { pruneBuilds } from './builder-prune.ts';
import { pruneContainers, pruneImages, pruneNetworks, pruneVolumes } from '../prune.ts';

const flags = {
  all: bool('Remove all unused images not just dangling ones', { short: 'a' }),
  filter: filter('Provide filter values (e.g. "label=<key>=<value>")', false),
  force: bool('Do not prompt for confirmation', { short: 'f' }),
  volumes: bool('Prune anonymous volumes'),
};

export const systemPrune = command({
  usage: '[OPTIONS]',
  short: 'Remove unused data',
  args: noArgs,
  flags,
  async run(call) {
    const { engine, out } = call;
    const values = { ...call.values, filter: withPruneFilters(call.config, call.values.filter) };
    if (values.volumes && 'until' in values.filter)
      throw new StatusError(1, 'ERROR: The "until" filter is not supported with "--volumes"');
    if (!values.force && !(await confirm(call, warning(values)))) return;
    const volumes = values.volumes ? [pruneVolumes] : [];
    let total = 0;
    for (const prune of [
      pruneContainers,
      pruneNetworks,
      ...volumes,
      pruneImages(values.all),
      ...(onlyUntil(values.filter) ? [pruneBuilds(values.all)] : []),
    ]) {
      const { text, reclaimed } = await prune(engine, values.filter);
      total += reclaimed;
      await out.print(text);
    }
    await out.println(`Total reclaimed space: ${humanSize(total)}`);
  },
});

/** The build cache has no labels. */
function onlyUntil(filters: Filters): boolean {
  return Object.keys(filters).every((name) => name === 'until');
}

function warning({ all, volumes, filter }: FlagValues<typeof flags>): string {
  const items = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
    all ? 'all build cache' : 'unused build cache',
  ];
  return ['WARNING! This will remove:', ...dashed(items), '', ...filterLines(filter)]
    .join('\n')
    .concat(question);
}

const question = 'Are you sure you want to continue?';

function filterLines(filters: Filters): string[] {
  const shown = ['label', 'label!', 'until']
    .flatMap((name) => (filters[name] ?? []).map((value) => `${name}=${value}`))
    .sort(naturalOrder);
  const head = '  Items to be pruned will be filtered with:';
  return shown.length === 0 ? [''] : [head, ...dashed(shown), '', ''];
}

function dashed(items: readonly string[]): string[] {
  return items.map((item) => `  - ${item}`);
}
