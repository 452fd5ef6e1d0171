import { command, noArgs } from '../command-spec.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import { listFormatFlag } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { ListFormat, withPreset } from '../format/listing.ts';
import { naturalOrder } from '../format/natural.ts';
import { volumeListing } from '../volume-listing.ts';

export const volumeLs = command({
  usage: '[OPTIONS]',
  short: 'List volumes',
  args: noArgs,
  spellings: 'docker volume ls, docker volume list',
  flags: {
    filter: filter('Provide filter values (e.g. "dangling=true")'),
    format: listFormatFlag,
    quiet: bool('Only display volume names', { short: 'q' }),
  },
  async run({ engine, values, config, out }) {
    const { Volumes } = await engine.volumeList(filtersOption(values.filter));
    const format = new ListFormat(volumeListing, withPreset(values, config.volumesFormat));
    const sorted = [...(Volumes ?? [])].sort((a, b) => naturalOrder(a.Name, b.Name));
    await out.print(format.render(sorted));
  },
});
