import { command, noArgs } from '../command-spec.ts';
import { containerListing, containerListingWithSize } from '../container-listing.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import { bool, integer } from '../flags/kinds.ts';
import { listFormatFlag } from '../flags/format.ts';
import { ListFormat, withPreset } from '../format/listing.ts';

const ignored = 'WARNING: Ignoring custom format, because both --format and --quiet are set.';

export const ps = command({
  usage: '[OPTIONS]',
  short: 'List containers',
  args: noArgs,
  spellings: 'docker container ls, docker container list, docker container ps, docker ps',
  flags: {
    all: bool('Show all containers (default shows just running)', { short: 'a' }),
    filter: filter('Filter output based on conditions provided'),
    format: listFormatFlag,
    last: integer('Show n last created containers (includes all states)', { short: 'n', initial: -1 }),
    latest: bool('Show the latest created container (includes all states)', { short: 'l' }),
    'no-trunc': bool("Don't truncate output"),
    quiet: bool('Only display container IDs', { short: 'q' }),
    size: bool('Display total file sizes', { short: 's' }),
  },
  async run({ engine, values, config, out, err }) {
    const listing = values.size ? containerListingWithSize : containerListing;
    const own = values.quiet ? quietFormat(values.format) : withPreset(values, config.psFormat).format;
    const format = new ListFormat(listing, { format: own, quiet: values.quiet, full: values['no-trunc'] });
    if (values.quiet && values.format !== '') await err.println(ignored);
    const limit = values.latest && values.last === -1 ? 1 : values.last;
    const containers = await engine.containerList({
      ...(values.all ? { all: true } : {}),
      ...(limit > 0 ? { limit } : {}),
      ...(values.size || (own !== 'json' && format.names('Size')) ? { size: true } : {}),
      ...filtersOption(values.filter),
    });
    await out.print(format.render(containers));
  },
});

/** IDs alone; only `raw` has a word for them. */
function quietFormat(format: string): string {
  return format === 'raw' ? format : '';
}
