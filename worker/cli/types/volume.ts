import { any, int64, map, pointer, string, struct } from '../template/types.ts';

const usageData = struct('volume.UsageData', {
  RefCount: int64,
  Size: int64,
});

export const volumeInspect = struct('volume.Volume', {
  ClusterVolume: [pointer(any), 'ClusterVolume', 'omitempty'],
  CreatedAt: [string, 'CreatedAt', 'omitempty'],
  Driver: string,
  Labels: map(string),
  Mountpoint: string,
  Name: string,
  Options: map(string),
  Scope: string,
  Status: [map(any), 'Status', 'omitempty'],
  UsageData: [pointer(usageData), 'UsageData', 'omitempty'],
});
