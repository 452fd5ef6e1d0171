import { command, exactly } from '../command-spec.ts';
import { listFormatFlag } from '../flags/format.ts';
import { bool, string } from '../flags/kinds.ts';
import { ListFormat } from '../format/listing.ts';
import { platformOption } from '../options/platform.ts';
import { historyListing } from '../history-listing.ts';

export const history = command({
  usage: '[OPTIONS] IMAGE',
  short: 'Show the history of an image',
  args: exactly(1),
  spellings: 'docker image history, docker history',
  flags: {
    format: listFormatFlag,
    human: bool('Print sizes and dates in human readable format', { short: 'H', initial: true }),
    'no-trunc': bool("Don't truncate output"),
    platform: string(
      'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
    quiet: bool('Only show image IDs', { short: 'q' }),
  },
  async run({ engine, values, args: [image = ''], out }) {
    const items = await engine.imageHistory(image, platformOption(values.platform));
    const listing = historyListing(values.human);
    await out.print(new ListFormat(listing, { ...values, full: values['no-trunc'] }).render(items));
  },
});
