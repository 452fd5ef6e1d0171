import type {
  BuildCacheRecord,
  ContainerSummary,
  DiskUsage,
  DiskUsageType,
  EngineApi,
  ImageSummary,
  Volume,
} from '../../protocol/engine-api.ts';

/** Who knows what takes place. */
export interface DiskUsageSources extends Pick<EngineApi, 'containerList' | 'volumeList'> {
  /** With what each shares with others, and the bytes of all layers together. */
  buildCache(): BuildCacheRecord[];
  imageUsage(): Promise<{ images: ImageSummary[]; layersSize: number }>;
}

/** What is on the disk; only the types that are asked for are counted. https://github.com/moby/moby/blob/v28.5.2/daemon/disk_usage.go */
export async function diskUsage(
  sources: DiskUsageSources,
  types: readonly DiskUsageType[] = ['container', 'image', 'volume', 'build-cache'],
): Promise<DiskUsage> {
  const wants = (type: DiskUsageType) => types.includes(type);
  const [containers, usage, volumes] = await Promise.all([
    wants('container') ? sources.containerList({ all: true, size: true }) : null,
    wants('image') ? sources.imageUsage() : null,
    wants('volume') ? volumesWithUse(sources) : null,
  ]);
  return {
    LayersSize: usage?.layersSize ?? 0,
    Images: usage?.images ?? null,
    Containers: containers,
    Volumes: volumes,
    BuildCache: wants('build-cache') ? sources.buildCache() : null,
  };
}

/** -1 where the size is not known. */
async function volumesWithUse(sources: DiskUsageSources): Promise<Volume[]> {
  const [{ Volumes }, containers] = await Promise.all([
    sources.volumeList(),
    sources.containerList({ all: true }),
  ]);
  return Volumes.map((volume) => ({
    ...volume,
    UsageData: volume.UsageData ?? { Size: -1, RefCount: users(containers, volume.Name) },
  }));
}

function users(containers: readonly ContainerSummary[], name: string): number {
  return containers.filter(({ Mounts }) =>
    Mounts.some((mount) => mount.Type === 'volume' && mount.Name === name),
  ).length;
}
