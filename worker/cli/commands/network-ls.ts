import { command, noArgs } from '../command-spec.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import { listFormatFlag } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { ListFormat, withPreset } from '../format/listing.ts';
import { naturalOrder } from '../format/natural.ts';
import { networkListing } from '../network-listing.ts';

export const networkLs = command({
  usage: '[OPTIONS]',
  short: 'List networks',
  args: noArgs,
  spellings: 'docker network ls, docker network list',
  flags: {
    filter: filter('Provide filter values (e.g. "driver=bridge")'),
    format: listFormatFlag,
    'no-trunc': bool('Do not truncate the output'),
    quiet: bool('Only display network IDs', { short: 'q' }),
  },
  async run({ engine, values, config, out }) {
    const networks = await engine.networkList(filtersOption(values.filter));
    const format = new ListFormat(networkListing, {
      ...withPreset(values, config.networksFormat),
      full: values['no-trunc'],
    });
    await out.print(format.render([...networks].sort((a, b) => naturalOrder(a.Name, b.Name))));
  },
});
