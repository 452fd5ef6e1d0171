import { any, bool, int64, map, nothing, pointer, slice, string, struct, time } from '../template/types.ts';
import { healthcheckConfig, driverData, descriptor, containerConfig } from './shared.ts';

const dockerOCIImageConfig = struct('v1.DockerOCIImageConfig', {
  User: [string, 'User', 'omitempty'],
  ExposedPorts: [map(nothing), 'ExposedPorts', 'omitempty'],
  Env: [slice(string), 'Env', 'omitempty'],
  Entrypoint: [slice(string), 'Entrypoint', 'omitempty'],
  Cmd: [slice(string), 'Cmd', 'omitempty'],
  Volumes: [map(nothing), 'Volumes', 'omitempty'],
  WorkingDir: [string, 'WorkingDir', 'omitempty'],
  Labels: [map(string), 'Labels', 'omitempty'],
  StopSignal: [string, 'StopSignal', 'omitempty'],
  ArgsEscaped: [bool, 'ArgsEscaped', 'omitempty'],
  Healthcheck: [pointer(healthcheckConfig), 'Healthcheck', 'omitempty'],
  OnBuild: [slice(string), 'OnBuild', 'omitempty'],
  Shell: [slice(string), 'Shell', 'omitempty'],
});

const rootFS = struct('image.RootFS', {
  Type: [string, 'Type', 'omitempty'],
  Layers: [slice(string), 'Layers', 'omitempty'],
});

const metadata = struct('image.Metadata', {
  LastTagTime: [time, 'LastTagTime', 'omitempty'],
});

export const imageInspect = struct('image.InspectResponse', {
  ID: [string, 'Id'],
  RepoTags: slice(string),
  RepoDigests: slice(string),
  Parent: string,
  Comment: string,
  Created: [string, 'Created', 'omitempty'],
  Container: [string, 'Container', 'omitempty'],
  ContainerConfig: [pointer(containerConfig), 'ContainerConfig', 'omitempty'],
  DockerVersion: string,
  Author: string,
  Config: pointer(dockerOCIImageConfig),
  Architecture: string,
  Variant: [string, 'Variant', 'omitempty'],
  Os: string,
  OsVersion: [string, 'OsVersion', 'omitempty'],
  Size: int64,
  VirtualSize: [int64, 'VirtualSize', 'omitempty'],
  GraphDriver: driverData,
  RootFS: rootFS,
  Metadata: metadata,
  Descriptor: [pointer(descriptor), 'Descriptor', 'omitempty'],
  Manifests: [slice(any), 'Manifests', 'omitempty'],
});
