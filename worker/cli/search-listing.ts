import type { SearchResult } from '../protocol/engine-api.ts';
import { ellipsis } from './format/ids.ts';
import type { Listing } from './format/listing.ts';

const descriptionLength = 45;

/** Of `docker search`; `inJson` says whether what is so is written as a word or as a mark. */
export function searchListing(inJson: boolean): Listing<SearchResult> {
  const mark = (is: boolean) => (inJson ? String(is) : is ? '[OK]' : '');
  return {
    type: '*registry.searchContext',
    table: '{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}',
    quiet: '{{.Name}}',
    fields: {
      Description: { title: 'DESCRIPTION', value: description },
      IsAutomated: { title: 'AUTOMATED', value: ({ is_automated }) => mark(is_automated) },
      IsOfficial: { title: 'OFFICIAL', value: ({ is_official }) => mark(is_official) },
      Name: { title: 'NAME', value: ({ name }) => name },
      StarCount: { title: 'STARS', value: ({ star_count }) => String(star_count) },
    },
  };
}

function description({ description: text }: SearchResult, full: boolean): string {
  const line = text.replaceAll('\n', ' ').replaceAll('\r', ' ');
  return full ? line : ellipsis(line, descriptionLength);
}
