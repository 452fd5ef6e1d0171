import { map, nothing, string, struct } from '../json/schema.ts';

export const volumeCreate = struct('volume.CreateOptions', {
  ClusterVolumeSpec: nothing,
  Name: string,
  Driver: string,
  DriverOpts: map(string),
  Labels: map(string),
});
