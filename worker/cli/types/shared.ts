import { bool, int, int64, map, nothing, pointer, slice, string, struct, uint64 } from '../template/types.ts';

/** Types that several objects of the API have in common, as Docker’s client knows them. */

export const healthcheckConfig = struct('v1.HealthcheckConfig', {
  Test: [slice(string), 'Test', 'omitempty'],
  Interval: [int64, 'Interval', 'omitempty'],
  Timeout: [int64, 'Timeout', 'omitempty'],
  StartPeriod: [int64, 'StartPeriod', 'omitempty'],
  StartInterval: [int64, 'StartInterval', 'omitempty'],
  Retries: [int, 'Retries', 'omitempty'],
});

export const driverData = struct('storage.DriverData', {
  Data: map(string),
  Name: string,
});

export const platform = struct('v1.Platform', {
  Architecture: [string, 'architecture'],
  OS: [string, 'os'],
  OSVersion: [string, 'os.version', 'omitempty'],
  OSFeatures: [slice(string), 'os.features', 'omitempty'],
  Variant: [string, 'variant', 'omitempty'],
});

export const descriptor = struct('v1.Descriptor', {
  MediaType: [string, 'mediaType'],
  Digest: [string, 'digest'],
  Size: [int64, 'size'],
  URLs: [slice(string), 'urls', 'omitempty'],
  Annotations: [map(string), 'annotations', 'omitempty'],
  Data: [slice(uint64), 'data', 'omitempty'],
  Platform: [pointer(platform), 'platform', 'omitempty'],
  ArtifactType: [string, 'artifactType', 'omitempty'],
});

export const containerConfig = struct('container.Config', {
  Hostname: string,
  Domainname: string,
  User: string,
  AttachStdin: bool,
  AttachStdout: bool,
  AttachStderr: bool,
  ExposedPorts: [map(nothing), 'ExposedPorts', 'omitempty'],
  Tty: bool,
  OpenStdin: bool,
  StdinOnce: bool,
  Env: slice(string),
  Cmd: slice(string),
  Healthcheck: [pointer(healthcheckConfig), 'Healthcheck', 'omitempty'],
  ArgsEscaped: [bool, 'ArgsEscaped', 'omitempty'],
  Image: string,
  Volumes: map(nothing),
  WorkingDir: string,
  Entrypoint: slice(string),
  NetworkDisabled: [bool, 'NetworkDisabled', 'omitempty'],
  MacAddress: [string, 'MacAddress', 'omitempty'],
  OnBuild: slice(string),
  Labels: map(string),
  StopSignal: [string, 'StopSignal', 'omitempty'],
  StopTimeout: [pointer(int), 'StopTimeout', 'omitempty'],
  Shell: [slice(string), 'Shell', 'omitempty'],
});
