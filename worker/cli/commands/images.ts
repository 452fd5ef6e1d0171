import { atMost, command } from '../command-spec.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import { listFormatFlag } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { ListFormat, withPreset } from '../format/listing.ts';
import { StatusError } from '../errors.ts';
import { imageTree, isDangling } from '../image-tree.ts';
import { imageListing, imageListingWithDigests, imageRows } from '../image-listing.ts';

export const images = command({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  short: 'List images',
  args: atMost(1),
  spellings: 'docker image ls, docker image list, docker images',
  flags: {
    all: bool('Show all images (default hides intermediate images)', { short: 'a' }),
    digests: bool('Show digests'),
    filter: filter('Filter output based on conditions provided'),
    format: listFormatFlag,
    'no-trunc': bool("Don't truncate output"),
    quiet: bool('Only show image IDs', { short: 'q' }),
    tree: bool('List multi-platform images as a tree (EXPERIMENTAL)'),
  },
  async run({ engine, session, values, config, args: [reference], out }) {
    if (values.tree) refuseBesideTree(values);
    const shown = withPreset(values, config.imagesFormat);
    const listing = values.digests ? imageListingWithDigests : imageListing;
    const format = new ListFormat(listing, { ...shown, full: values['no-trunc'] });
    const filters = reference === undefined ? values.filter : { ...values.filter, reference: [reference] };
    const found = await engine.imageList({
      ...(values.all ? { all: true } : {}),
      ...filtersOption(filters),
    });
    if (values.tree) {
      const named = values.all ? found : found.filter((image) => !isDangling(image));
      return out.print(imageTree(named, session));
    }
    const digests = values.digests || (shown.format !== 'json' && format.names('Digest'));
    await out.print(format.render(found.flatMap((image) => imageRows(image, digests, values.digests))));
  },
});

/** @throws StatusError */
function refuseBesideTree(
  values: Record<'quiet' | 'no-trunc' | 'digests', boolean> & { format: string },
): void {
  const mentioned = [
    ['--quiet', values.quiet],
    ['--no-trunc', values['no-trunc']],
    // Docker's client calls the flag so here.
    ['--show-digest', values.digests],
    ['--format', values.format !== ''],
  ] as const;
  const refused = mentioned.find(([, given]) => given);
  if (refused) throw new StatusError(1, `${refused[0]} is not yet supported with --tree`);
}
