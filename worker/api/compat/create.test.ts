import { expect, test } from 'vitest';
import { ApiError, type CreateConfig } from '../../protocol/engine-api.ts';
import { ApiVersion } from '../versions.ts';
import { adaptCreate } from './create.ts';

function adapt(version: string, config: CreateConfig): ReturnType<typeof adaptCreate> {
  return adaptCreate(structuredClone(config), new ApiVersion(version));
}

function problem(version: string, config: CreateConfig): string {
  try {
    adapt(version, config);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  throw new Error('did not fail');
}

test.each([
  ['1.24', { AutoRemove: false }],
  ['1.25', { AutoRemove: true }],
  ['1.39', { IpcMode: 'shareable', KernelMemory: 5, ConsoleSize: undefined, Annotations: undefined }],
  ['1.41', { KernelMemory: 5, KernelMemoryTCP: 6, ConsoleSize: undefined, Annotations: undefined }],
  ['1.42', { KernelMemory: undefined, ConsoleSize: [1, 2], Annotations: undefined }],
  ['1.43', { Annotations: { a: 'b' } }],
])('%s knows of its fields', (version, expected) => {
  const HostConfig = {
    AutoRemove: true,
    KernelMemory: 5,
    KernelMemoryTCP: 6,
    ConsoleSize: [1, 2] as [number, number],
    Annotations: { a: 'b' },
  };
  const { config } = adapt(version, { HostConfig });
  for (const [name, value] of Object.entries(expected))
    expect(config.HostConfig?.[name as 'AutoRemove']).toEqual(value);
});

test('limits of processes below 1 are none', () => {
  expect(adapt('1.51', { HostConfig: { PidsLimit: -1 } }).config.HostConfig?.PidsLimit).toBeNull();
});

test('the default network is the bridge, as the name of an endpoint too', () => {
  const { config } = adapt('1.51', {
    HostConfig: { NetworkMode: 'default' },
    NetworkingConfig: { EndpointsConfig: { default: { Aliases: ['a'] } } },
  });
  expect(config.HostConfig?.NetworkMode).toBe('bridge');
  expect(config.NetworkingConfig).toEqual({ EndpointsConfig: { bridge: { Aliases: ['a'] } } });
});

test('options of mounts fit their type since 1.42', () => {
  const Mounts = [{ Type: 'bind' as const, Source: '/a', Target: '/b', VolumeOptions: { NoCopy: true } }];
  expect(problem('1.42', { HostConfig: { Mounts } })).toBe(
    'VolumeOptions must not be specified on mount type "bind"',
  );
  expect(adapt('1.41', { HostConfig: { Mounts } }).config.HostConfig?.Mounts).toEqual([
    { Type: 'bind', Source: '/a', Target: '/b' },
  ]);
});

test.each([
  [
    '1.43',
    { BindOptions: { ReadOnlyForceRecursive: true } },
    'BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer',
  ],
  ['1.47', { Type: 'image' as const }, 'Mount type "Image" needs API v1.48 or newer'],
  [
    '1.44',
    { Type: 'volume' as const, VolumeOptions: { Subpath: 'a' } },
    'VolumeOptions.Subpath needs API v1.45 or newer',
  ],
])('%s does not know %j', (version, mount, expected) => {
  const Mounts = [{ Type: 'bind' as const, Target: '/b', ...mount }];
  expect(problem(version, { HostConfig: { Mounts } })).toBe(expected);
});

test('several networks at once are known since 1.44', () => {
  const NetworkingConfig = { EndpointsConfig: { a: {}, b: {} } };
  expect(problem('1.43', { NetworkingConfig })).toBe(
    'Container cannot be created with multiple network endpoints: a, b',
  );
  expect(adapt('1.44', { NetworkingConfig }).config.NetworkingConfig).toEqual(NetworkingConfig);
});

test('a MAC address becomes that of the main endpoint', () => {
  const MacAddress = '02:42:ac:11:00:02';
  const old = adapt('1.43', { MacAddress });
  expect(old.config.NetworkingConfig).toEqual({ EndpointsConfig: { bridge: { MacAddress } } });
  expect(old.warnings).toEqual([]);
  const recent = adapt('1.44', { MacAddress });
  expect(recent.config.NetworkingConfig).toEqual({ EndpointsConfig: { bridge: { MacAddress } } });
  expect(recent.config.MacAddress).toBeUndefined();
  expect(recent.warnings).toEqual([
    'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.',
  ]);
  expect(problem('1.43', { MacAddress, HostConfig: { NetworkMode: 'host' } })).toBe(
    'conflicting options: mac-address and the network mode',
  );
  const endpoint = { EndpointsConfig: { bridge: { MacAddress: '02:42:ac:11:00:03' } } };
  expect(problem('1.51', { MacAddress, NetworkingConfig: endpoint })).toContain(
    'must match the endpoint-specific',
  );
  expect(adapt('1.43', { NetworkingConfig: endpoint }).config.NetworkingConfig).toEqual({
    EndpointsConfig: { bridge: {} },
  });
});

test('sysctls of an interface become options of the endpoint, up to 1.47', () => {
  const Sysctls = { 'net.ipv4.conf.eth0.forwarding': '1', 'net.ipv4.ip_forward': '1' };
  const { config, warnings } = adapt('1.47', { HostConfig: { Sysctls } });
  expect(config.HostConfig?.Sysctls).toEqual({ 'net.ipv4.ip_forward': '1' });
  expect(config.NetworkingConfig?.EndpointsConfig).toEqual({
    bridge: { DriverOpts: { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.forwarding=1' } },
  });
  expect(warnings).toEqual([
    'Migrated sysctl "net.ipv4.conf.eth0.forwarding" to DriverOpts{"com.docker.network.endpoint.sysctls":"net.ipv4.conf.IFNAME.forwarding=1"}.',
  ]);
  expect(problem('1.48', { HostConfig: { Sysctls } })).toContain('must be supplied using driver option');
});
