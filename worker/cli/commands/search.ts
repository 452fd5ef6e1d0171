import { command, exactly } from '../command-spec.ts';
import { indexServer, storedCredentials } from '../credentials.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import { bool, integer, string } from '../flags/kinds.ts';
import { ListFormat } from '../format/listing.ts';
import { searchListing } from '../search-listing.ts';

/** https://github.com/docker/cli/blob/v28.5.2/cli/command/registry/search.go */
export const search = command({
  usage: '[OPTIONS] TERM',
  short: 'Search Docker Hub for images',
  args: exactly(1),
  flags: {
    filter: filter('Filter output based on conditions provided'),
    format: string('Pretty-print search using a Go template'),
    limit: integer('Max number of search results'),
    'no-trunc': bool("Don't truncate output"),
  },
  async run({ engine, config, values, args: [term = ''], out }) {
    const auth = storedCredentials(config, serverOf(term));
    const results = await engine.imageSearch({
      term,
      ...(values.limit !== 0 && { limit: values.limit }),
      ...filtersOption(values.filter),
      ...(auth.username && { auth }),
    });
    const listing = searchListing(values.format === 'json' || values.format.includes('json .'));
    const format = new ListFormat(listing, { format: values.format, full: values['no-trunc'] });
    await out.print(format.render([...results].sort((a, b) => b.star_count - a.star_count)));
  },
});

/** A term may begin with the registry to ask. */
function serverOf(term: string): string {
  const [first = '', rest] = term.split('/', 2);
  return rest !== undefined && (/[.:]/.test(first) || first === 'localhost') ? first : indexServer;
}
