import type {
  BuildCacheRecord,
  DiskUsage,
  DiskUsageType,
  EngineApi,
  ImageSummary,
  Volume,
} from '../../protocol/engine-api.ts';

/** Who knows what takes place. */
export interface DiskUsageSources extends Pick<EngineApi, 'containerList'> {
  /** With what each shares with others, and the bytes of all layers together. */
  buildCache(): Promise<BuildCacheRecord[]>;
  /** Those that are directories of the data disk and nothing else, with what they hold. */
  volumeUsage(): Promise<Volume[]>;
  imageUsage(): Promise<{ images: ImageSummary[]; layersSize: number }>;
}

/** What is on the disk; only the types that are asked for are counted. https://github.com/moby/moby/blob/v28.5.2/daemon/disk_usage.go */
export async function diskUsage(
  sources: DiskUsageSources,
  types: readonly DiskUsageType[] = ['container', 'image', 'volume', 'build-cache'],
): Promise<DiskUsage> {
  const wants = (type: DiskUsageType) => types.includes(type);
  const [containers, usage, volumes, buildCache] = await Promise.all([
    wants('container') ? sources.containerList({ all: true, size: true }) : null,
    wants('image') ? sources.imageUsage() : null,
    wants('volume') ? sources.volumeUsage() : null,
    wants('build-cache') ? sources.buildCache() : null,
  ]);
  return {
    LayersSize: usage?.layersSize ?? 0,
    Images: usage?.images ?? null,
    Containers: containers,
    Volumes: volumes,
    BuildCache: buildCache,
  };
}
