import { familiarName, parseReference } from '../oci/reference.ts';
import type { ImageSummary } from '../protocol/engine-api.ts';
import { ago } from './format/duration.ts';
import { shortId } from './format/ids.ts';
import { rawFormat } from './format/listing.ts';
import type { Listing } from './format/listing.ts';
import { humanSize } from './format/size.ts';
import { goTime } from './format/time.ts';

/** An image by one of its names. */
export interface ImageRow {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const none = '<none>';
const columns = ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size'];

export const imageListing: Listing<ImageRow> = {
  type: '*formatter.imageContext',
  table: columns.map((name) => `{{.${name}}}`).join('\t'),
  quiet: '{{.ID}}',
  rawQuiet: 'image_id: {{.ID}}',
  raw: rawFormat([
    'repository: {{.Repository}}',
    'tag: {{.Tag}}',
    'image_id: {{.ID}}',
    'created_at: {{.CreatedAt}}',
    'virtual_size: {{.Size}}',
  ]),
  fields: {
    Containers: { title: 'CONTAINERS', value: ({ image }) => countOrUnknown(image.Containers) },
    CreatedAt: { title: 'CREATED AT', value: ({ image }) => goTime(image.Created) },
    CreatedSince: { title: 'CREATED', value: ({ image }) => ago(image.Created) },
    Digest: { title: 'DIGEST', value: ({ digest }) => digest },
    ID: { title: 'IMAGE ID', value: ({ image }, full) => (full ? image.Id : shortId(image.Id)) },
    Repository: { title: 'REPOSITORY', value: ({ repository }) => repository },
    SharedSize: { title: 'SHARED SIZE', value: ({ image }) => sizeOrUnknown(image.SharedSize) },
    Size: { title: 'SIZE', value: ({ image }) => humanSize(image.Size, 3) },
    Tag: { title: 'TAG', value: ({ tag }) => tag },
    UniqueSize: {
      title: 'UNIQUE SIZE',
      value: ({ image }) => (image.SharedSize < 0 ? 'N/A' : humanSize(image.Size - image.SharedSize)),
    },
    VirtualSize: { title: 'SIZE', value: ({ image }) => humanSize(image.Size) },
  },
};

export const imageListingWithDigests: Listing<ImageRow> = {
  ...imageListing,
  table: imageListing.table.replace('{{.Tag}}', '{{.Tag}}\t{{.Digest}}'),
  raw: (imageListing.raw ?? '').replace('tag: {{.Tag}}\n', 'tag: {{.Tag}}\ndigest: {{.Digest}}\n'),
};

function countOrUnknown(count: number): string {
  return count < 0 ? 'N/A' : String(count);
}

function sizeOrUnknown(size: number): string {
  return size < 0 ? 'N/A' : humanSize(size);
}

/** A row for every tag, and for every digest that has no tag in its repository; with `digests` for each of those too, and with
 * `all` for each digest that is alone. */
export function imageRows(image: ImageSummary, digests: boolean, all: boolean): ImageRow[] {
  const tags = byRepository(image.RepoTags, 'tag');
  const hashes = byRepository(image.RepoDigests, 'digest');
  const rows: ImageRow[] = [];
  const add = (repository: string, tag: string, digest: string) =>
    rows.push({ image, repository, tag, digest });
  for (const [repository, found] of tags) {
    const beside = digests ? (hashes.get(repository) ?? [none]) : [none];
    for (const tag of found) beside.forEach((digest) => add(repository, tag, digest));
  }
  for (const [repository, found] of hashes) {
    if (!tags.has(repository)) (all ? found : ['']).forEach((digest) => add(repository, none, digest));
  }
  if (rows.length === 0) add(none, none, none);
  return rows;
}

function byRepository(names: readonly string[] | null, part: 'tag' | 'digest'): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names ?? []) {
    if (name.startsWith(none)) continue;
    const reference = parseReference(name);
    const value = reference[part];
    const repository = familiarName(reference);
    if (value !== undefined) found.set(repository, [...(found.get(repository) ?? []), value]);
  }
  return found;
}
