import type { ImageHistoryItem } from '../protocol/engine-api.ts';
import { ago } from './format/duration.ts';
import { ellipsis, shortId } from './format/ids.ts';
import type { Listing } from './format/listing.ts';
import { humanSize } from './format/size.ts';

const commandLength = 45;
/** 2000-01-01: layers that say they are older than that do not know. */
const epoch = 946_684_800;

/** Of `docker history`; without `human` sizes are bytes and times are not told as ages. */
export function historyListing(human: boolean): Listing<ImageHistoryItem> {
  const created = human ? 'CreatedSince' : 'CreatedAt';
  return {
    type: '*image.historyContext',
    table: ['ID', created, 'CreatedBy', 'Size', 'Comment'].map((name) => `{{.${name}}}`).join('\t'),
    quiet: '{{.ID}}',
    fields: {
      Comment: { title: 'COMMENT', value: ({ Comment }) => Comment },
      CreatedAt: { title: 'CREATED AT', value: createdAt },
      CreatedBy: { title: 'CREATED BY', value: createdBy },
      CreatedSince: { title: 'CREATED', value: human ? createdSince : createdAt },
      ID: { title: 'IMAGE', value: ({ Id }, full) => (full ? Id : shortId(Id)) },
      Size: { title: 'SIZE', value: ({ Size }) => (human ? humanSize(Size, 3) : String(Size)) },
    },
  };
}

function createdAt({ Created }: ImageHistoryItem): string {
  return new Date(Created * 1000).toISOString().replace('.000Z', 'Z');
}

function createdSince({ Created }: ImageHistoryItem): string {
  return Created <= epoch ? 'N/A' : ago(Created);
}

function createdBy({ CreatedBy }: ImageHistoryItem, full: boolean): string {
  const line = CreatedBy.replaceAll('\t', ' ');
  return full ? line : ellipsis(line, commandLength);
}
