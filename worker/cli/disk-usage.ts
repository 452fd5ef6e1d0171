import type {
  BuildCacheRecord,
  ContainerSummary,
  DiskUsage,
  ImageSummary,
  Volume,
} from '../protocol/engine-api.ts';
import type { Listing } from './format/listing.ts';
import { humanSize } from './format/size.ts';

/** A line of `docker system df`. Sizes in bytes. */
export interface UsageRow {
  readonly type: string;
  readonly total: number;
  readonly active: number;
  readonly size: number;
  readonly reclaimable: number;
  /** Whether the reclaimable part is told in hundredths too, where there is a size. */
  readonly percent: boolean;
}

const columns = ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'];

export const diskUsageListing: Listing<UsageRow> = {
  type: '*formatter.diskUsageImagesContext',
  table: columns.map((name) => `{{.${name}}}`).join('\t'),
  quiet: '',
  raw:
    'type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\n' +
    'reclaimable: {{.Reclaimable}}\n',
  fields: {
    Active: { title: 'ACTIVE', value: ({ active }) => String(active) },
    Reclaimable: { title: 'RECLAIMABLE', value: reclaimable },
    Size: { title: 'SIZE', value: ({ size }) => humanSize(size) },
    TotalCount: { title: 'TOTAL', value: ({ total }) => String(total) },
    Type: { title: 'TYPE', value: ({ type }) => type },
  },
};

function reclaimable({ size, reclaimable, percent }: UsageRow): string {
  const bytes = humanSize(reclaimable);
  return percent && size > 0 ? `${bytes} (${Math.trunc((reclaimable * 100) / size)}%)` : bytes;
}

export function usageRows({ LayersSize, Images, Containers, Volumes, BuildCache }: DiskUsage): UsageRow[] {
  return [
    imagesRow(Images ?? [], LayersSize),
    containersRow(Containers ?? []),
    volumesRow(Volumes ?? []),
    buildCacheRow(BuildCache ?? []),
  ];
}

function imagesRow(images: readonly ImageSummary[], size: number): UsageRow {
  const used = sum(images.filter(inUse).map(({ Size, SharedSize }) => Size - SharedSize));
  const active = images.filter(({ Containers }) => Containers > 0).length;
  return { type: 'Images', total: images.length, active, size, reclaimable: size - used, percent: true };
}

function inUse({ Containers, Size, SharedSize }: ImageSummary): boolean {
  return Containers !== 0 && Size !== -1 && SharedSize !== -1;
}

const activeStates = new Set(['running', 'paused', 'restarting']);

function containersRow(containers: readonly ContainerSummary[]): UsageRow {
  const idle = containers.filter(({ State }) => !activeStates.has(State));
  return {
    type: 'Containers',
    total: containers.length,
    active: containers.length - idle.length,
    size: writtenBytes(containers),
    reclaimable: writtenBytes(idle),
    percent: true,
  };
}

function writtenBytes(containers: readonly ContainerSummary[]): number {
  return sum(containers.map(({ SizeRw = 0 }) => SizeRw));
}

function volumesRow(volumes: readonly Volume[]): UsageRow {
  const unused = volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) === 0);
  return {
    type: 'Local Volumes',
    total: volumes.length,
    active: volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) > 0).length,
    size: volumeBytes(volumes),
    reclaimable: volumeBytes(unused),
    percent: true,
  };
}

/** What images share is counted with them. */
function buildCacheRow(records: readonly BuildCacheRecord[]): UsageRow {
  const own = records.filter(({ Shared }) => !Shared);
  return {
    type: 'Build Cache',
    total: records.length,
    active: records.filter(({ InUse }) => InUse).length,
    size: sum(own.map(({ Size }) => Size)),
    reclaimable: sum(own.filter(({ InUse }) => !InUse).map(({ Size }) => Size)),
    percent: false,
  };
}

/** Of those whose size is known. */
function volumeBytes(volumes: readonly Volume[]): number {
  return sum(volumes.map(({ UsageData }) => Math.max(UsageData?.Size ?? 0, 0)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
