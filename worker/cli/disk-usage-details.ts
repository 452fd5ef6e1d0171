import { familiarName, parseReference } from '../oci/reference.ts';
import type { DiskUsage, ImageSummary } from '../protocol/engine-api.ts';
import { buildCacheListing, buildCacheSize } from './build-cache-listing.ts';
import { containerListing } from './container-listing.ts';
import { ListFormat, row } from './format/listing.ts';
import type { Listing } from './format/listing.ts';
import { humanSize } from './format/size.ts';
import { imageListing, imageListingWithDigests } from './image-listing.ts';
import type { ImageRow } from './image-listing.ts';
import { compile, render } from './template/template.ts';
import { asRow } from './template/values.ts';
import { volumeListing } from './volume-listing.ts';

const tables = {
  images: 'Repository Tag ID CreatedSince Size SharedSize UniqueSize Containers',
  containers: 'ID Image Command LocalVolumes Size RunningFor Status Names',
  volumes: 'Name Links Size',
  builds: 'ID CacheType Size CreatedSince LastUsedSince UsageCount Shared',
};

/** Of `docker system df -v`: a table for each kind of thing. */
export function detailTables(usage: DiskUsage): string {
  const { images, containers, volumes, builds } = things(usage);
  return [
    `Images space usage:\n\n${table(imageListing, tables.images, images)}`,
    `Containers space usage:\n\n${table(containerListing, tables.containers, containers)}`,
    `Local Volumes space usage:\n\n${table(volumeListing, tables.volumes, volumes)}`,
    `Build cache usage: ${humanSize(buildCacheSize(builds))}\n\n${table(buildCacheListing, tables.builds, builds)}`,
  ].join('\n');
}

function table<T>(listing: Listing<T>, columns: string, items: readonly T[]): string {
  const format = columns
    .split(' ')
    .map((name) => `{{.${name}}}`)
    .join('\t');
  return new ListFormat(listing, { format: `table ${format}` }).render(items);
}

/** The same by a template, which is given the lists. @throws TemplateError */
export function detailsByTemplate(format: string, usage: DiskUsage): string {
  const { images, containers, volumes, builds } = things(usage);
  const full = !format.startsWith('table');
  const lists = {
    Images: images.map((image) => row(imageListing, image, full)),
    Containers: containers.map((container) => row(containerListing, container, full)),
    Volumes: volumes.map((volume) => row(volumeListing, volume, full)),
    BuildCache: builds.map((record) => row(buildCacheListing, record, full)),
  };
  return render(compile(source(format)), asRow(lists, '*formatter.diskUsageContext'));
}

function source(format: string): string {
  if (format === 'json') return '{{json .}}';
  if (format === 'raw') return rawSource();
  return format
    .replace(/^table/, '')
    .trim()
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
}

function rawSource(): string {
  return [
    rawSection('Images', 'Image', imageListingWithDigests.raw),
    rawSection('Containers', 'Container', `${containerListing.raw ?? ''}size: {{.Size}}\n`),
    rawSection('Volumes', 'Volume', volumeListing.raw),
  ].join('');
}

function rawSection(list: string, type: string, raw = ''): string {
  return `{{range .${list}}}type: ${type}\n${raw}\n{{end -}}\n`;
}

function things({ Images, Containers, Volumes, BuildCache }: DiskUsage) {
  return {
    images: (Images ?? []).map(byFirstName),
    // The size of the image is told with the image.
    containers: (Containers ?? []).map((container) => ({ ...container, SizeRootFs: 0 })),
    volumes: Volumes ?? [],
    builds: BuildCache ?? [],
  };
}

function byFirstName(image: ImageSummary): ImageRow {
  const [first] = image.RepoTags ?? [];
  if (first === undefined || first.startsWith('<none>'))
    return { image, repository: '<none>', tag: '<none>', digest: '' };
  const reference = parseReference(first);
  return { image, repository: familiarName(reference), tag: reference.tag ?? '<none>', digest: '' };
}
