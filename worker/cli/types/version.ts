import { bool, map, pointer, slice, string, struct } from '../template/types.ts';

const platform = struct('struct { Name string }', { Name: string });

const componentVersion = struct('types.ComponentVersion', {
  Name: string,
  Version: string,
  Details: [map(string), 'Details', 'omitempty'],
});

const serverVersion = struct('types.Version', {
  Platform: [platform, 'Platform', 'omitempty'],
  Components: [slice(componentVersion), 'Components', 'omitempty'],
  Version: string,
  APIVersion: [string, 'ApiVersion'],
  MinAPIVersion: [string, 'MinAPIVersion', 'omitempty'],
  GitCommit: string,
  GoVersion: string,
  Os: string,
  Arch: string,
  KernelVersion: [string, 'KernelVersion', 'omitempty'],
  Experimental: [bool, 'Experimental', 'omitempty'],
  BuildTime: [string, 'BuildTime', 'omitempty'],
});

const platformInfo = struct('system.platformInfo', { Name: [string, 'Name', 'omitempty'] });

export const clientVersion = struct('system.clientVersion', {
  Platform: [pointer(platformInfo), 'Platform', 'omitempty'],
  Version: [string, 'Version', 'omitempty'],
  APIVersion: [string, 'ApiVersion', 'omitempty'],
  DefaultAPIVersion: [string, 'DefaultAPIVersion', 'omitempty'],
  GitCommit: [string, 'GitCommit', 'omitempty'],
  GoVersion: [string, 'GoVersion', 'omitempty'],
  Os: [string, 'Os', 'omitempty'],
  Arch: [string, 'Arch', 'omitempty'],
  BuildTime: [string, 'BuildTime', 'omitempty'],
  Context: string,
});

/** What `docker version` shows. */
export const versionInfo = struct('system.versionInfo', {
  Client: clientVersion,
  Server: pointer(serverVersion),
});
