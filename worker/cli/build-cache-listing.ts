import type { BuildCacheRecord } from '../protocol/engine-api.ts';
import { ago } from './format/duration.ts';
import { rawFormat } from './format/listing.ts';
import type { Listing } from './format/listing.ts';
import { humanSize } from './format/size.ts';

/** Of `docker system df -v`. */
export const buildCacheListing: Listing<BuildCacheRecord> = {
  type: '*formatter.buildCacheContext',
  table:
    '{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}',
  quiet: '{{.ID}}',
  raw: rawFormat([
    'build cache id: {{.ID}}',
    'parent id: {{.Parent}}',
    'cache type: {{.CacheType}}',
    'description: {{.Description}}',
    'created at: {{.CreatedAt}}',
    'created since: {{.CreatedSince}}',
    'last used at: {{.LastUsedAt}}',
    'last used since: {{.LastUsedSince}}',
    'usage count: {{.UsageCount}}',
    'in use: {{.InUse}}',
    'shared: {{.Shared}}',
  ]),
  fields: {
    CacheType: { title: 'CACHE TYPE', value: ({ Type }) => Type },
    CreatedAt: { title: 'CREATED AT', value: ({ CreatedAt }) => CreatedAt },
    CreatedSince: { title: 'CREATED', value: ({ CreatedAt }) => since(CreatedAt) },
    Description: { title: 'DESCRIPTION', value: ({ Description }) => Description },
    ID: { title: 'CACHE ID', value: ({ ID }) => ID.slice(0, 12) },
    InUse: { title: 'IN USE', value: ({ InUse }) => String(InUse) },
    LastUsedAt: { title: 'LAST USED AT', value: ({ LastUsedAt }) => LastUsedAt ?? '' },
    LastUsedSince: {
      title: 'LAST USED',
      value: ({ LastUsedAt }) => (LastUsedAt === null ? '' : since(LastUsedAt)),
    },
    Parent: { title: 'PARENT', value: ({ Parents }) => (Parents ?? []).join(', ') },
    Shared: { title: 'SHARED', value: ({ Shared }) => String(Shared) },
    Size: { title: 'SIZE', value: ({ Size }) => humanSize(Size, 3) },
    UsageCount: { title: 'USAGE', value: ({ UsageCount }) => String(UsageCount) },
  },
};

/** What the cache takes beside images. */
export function buildCacheSize(records: readonly BuildCacheRecord[]): number {
  return records.reduce((sum, { Shared, Size }) => (Shared ? sum : sum + Size), 0);
}

function since(time: string): string {
  return ago(Date.parse(time) / 1000);
}
