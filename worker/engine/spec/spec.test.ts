import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullConfig } from '../containers/config.ts';
import { fullHostConfig } from '../containers/hostconfig.ts';
import { verifyHostConfig } from '../containers/validate.ts';
import { containerMount } from '../volumes/mountpoint.ts';
import type { HostConfig } from '../../protocol/engine-api.ts';
import { allCapabilities, capabilities } from './capabilities.ts';
import { containerEnv, envName, overrideEnv } from './env.ts';
import { files } from './files.ts';
import { specMounts } from './mounts.ts';
import { resources } from './resources.ts';
import { buildSpec } from './spec.ts';

const resolver = { nameservers: ['10.0.2.3'], gateway: '10.0.2.2' };
const dockersFourteen = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31];

function specOf(hostConfig: HostConfig, config = {}, image = {}) {
  const source = {
    id: 'a'.repeat(64),
    path: 'sh',
    args: ['-c', 'x'],
    config: fullConfig(config, { Cmd: ['sh'], ...image }, 'aaaaaaaaaaaa'),
    hostConfig: fullHostConfig(hostConfig),
    mounts: [],
    linkEnv: [],
  };
  return buildSpec(source, {
    process: 1,
    stdio: { stdout: 2, stderr: 4 },
    layers: ['l1', 'l2'],
    resolver,
    kernel: '6.12.0',
  });
}

test('a container that asks for nothing', () => {
  expect(specOf({})).toEqual({
    id: 'a'.repeat(64),
    hostname: 'aaaaaaaaaaaa',
    layers: ['l1', 'l2'],
    readonlyRootfs: false,
    process: {
      process: 1,
      stdio: { stdout: 2, stderr: 4 },
      args: ['sh', '-c', 'x'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOSTNAME=aaaaaaaaaaaa'],
      cwd: '/',
      user: '',
      capabilities: dockersFourteen,
      seccomp: 'default',
    },
    mounts: [],
    files: files({ Hostname: 'aaaaaaaaaaaa', Domainname: '' }, {}, resolver),
    resources: {},
    privileged: false,
    init: false,
    shmSize: 64 * 1024 * 1024,
    network: 'own',
    sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' },
    autoRemove: false,
  });
});

test('a container that asks for much', () => {
  const hostConfig: HostConfig = {
    Privileged: true,
    NetworkMode: 'host',
    ReadonlyRootfs: true,
    Init: true,
    AutoRemove: true,
    ShmSize: 1 << 20,
    GroupAdd: ['audio'],
    SecurityOpt: ['no-new-privileges', 'label=disable'],
    Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
    OomScoreAdj: 500,
    Sysctls: { 'kernel.msgmax': '1' },
  };
  expect(
    specOf(hostConfig, { User: 'nobody', WorkingDir: '/tmp//x/..', Domainname: 'd', Hostname: 'h' }),
  ).toMatchObject({
    hostname: 'h',
    domainname: 'd',
    readonlyRootfs: true,
    privileged: true,
    init: true,
    autoRemove: true,
    network: 'host',
    shmSize: 1 << 20,
    sysctls: { 'kernel.msgmax': '1' },
    process: {
      user: 'nobody',
      cwd: '/tmp',
      capabilities: allCapabilities,
      noNewPrivileges: true,
      seccomp: 'unconfined',
      groups: ['audio'],
      rlimits: [[7, 1024, 2048]],
      oomScoreAdj: 500,
    },
  });
});

const only = (given: string) => capabilities({ CapDrop: ['ALL'], CapAdd: [given] })[0] ?? -1;

describe('capabilities', () => {
  const name = fc.constantFrom('CHOWN', 'cap_sys_admin', 'NET_ADMIN', 'Kill', 'CAP_MKNOD', 'ALL');
  const some = fc.array(name, { maxLength: 4 });

  test('are sorted, without repetition, and none that does not exist', () => {
    fc.assert(
      fc.property(some, some, fc.boolean(), (CapAdd, CapDrop, Privileged) => {
        const found = capabilities({ CapAdd, CapDrop, Privileged });
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
        expect(found.every((number) => number >= 0 && number < 41)).toBe(true);
      }),
    );
  });

  test('what is added is there, and what is dropped and not added is not', () => {
    fc.assert(
      fc.property(some, some, (CapAdd, CapDrop) => {
        const found = capabilities({ CapAdd, CapDrop });
        const added = CapAdd.filter((given) => given !== 'ALL').map(only);
        const dropped = CapDrop.filter((given) => given !== 'ALL').map(only);
        if (!CapAdd.includes('ALL')) expect(found).toEqual(expect.arrayContaining(added));
        expect(dropped.filter((number) => !added.includes(number) && found.includes(number))).toEqual([]);
      }),
    );
  });

  test('ALL', () => {
    expect(capabilities({ CapDrop: ['all'] })).toEqual([]);
    expect(capabilities({ CapDrop: ['ALL'], CapAdd: ['NET_RAW'] })).toEqual([13]);
    expect(capabilities({ CapAdd: ['ALL'], CapDrop: ['CAP_CHOWN'] })).toEqual(allCapabilities.slice(1));
  });
});

describe('environment', () => {
  const variable = fc
    .tuple(fc.stringMatching(/^[A-Z]{1,2}$/), fc.string())
    .map(([key, value]) => `${key}=${value}`);
  const base = fc.uniqueArray(variable, { selector: envName });

  test('overriding keeps places, takes the last value and adds at the end', () => {
    fc.assert(
      fc.property(base, fc.array(variable), (defaults, overrides) => {
        const env = overrideEnv(defaults, overrides);
        expect(new Set(env.map(envName)).size).toBe(env.length);
        expect(env.slice(0, defaults.length).map(envName)).toEqual(defaults.map(envName));
        for (const entry of overrides) {
          const last = overrides.findLast((other) => envName(other) === envName(entry));
          expect(env).toContain(last);
        }
      }),
    );
  });

  test('a bare name takes away', () => {
    expect(containerEnv('h', true, ['TERM', 'A=1', 'A'])).toEqual([
      expect.stringMatching(/^PATH=/),
      'HOSTNAME=h',
    ]);
  });
});

describe('resources', () => {
  test.each<[HostConfig, object]>([
    [{ Memory: 64 << 20 }, { memory: 64 << 20, swap: 64 << 20 }],
    [
      { Memory: 64 << 20, MemorySwap: 64 << 20 },
      { memory: 64 << 20, swap: 0 },
    ],
    [{ Memory: 64 << 20, MemorySwap: -1 }, { memory: 64 << 20 }],
    [{ NanoCpus: 0.5e9 }, { cpuQuota: 50_000, cpuPeriod: 100_000 }],
    [
      { CpuQuota: 25_000, CpuPeriod: 50_000 },
      { cpuQuota: 25_000, cpuPeriod: 50_000 },
    ],
    [{ CpuShares: 2 }, { cpuWeight: 1 }],
    [{ CpuShares: 1024 }, { cpuWeight: 39 }],
    [{ CpuShares: 262_144 }, { cpuWeight: 10_000 }],
    [{ PidsLimit: 20 }, { pids: 20 }],
    [{ PidsLimit: -1 }, {}],
  ])('%o', (hostConfig, expected) => {
    expect(resources(fullHostConfig(hostConfig))).toEqual(expected);
  });

  test('what passes the check is within what the kernel takes', () => {
    const hostConfig = fc.record(
      {
        Memory: fc.integer({ min: 0, max: 2 ** 40 }),
        MemorySwap: fc.integer({ min: -1, max: 2 ** 40 }),
        NanoCpus: fc.integer({ min: 0, max: 2e9 }),
        CpuShares: fc.integer({ min: 0, max: 1e6 }),
        PidsLimit: fc.integer({ min: -1, max: 1e6 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(hostConfig, (given) => {
        try {
          verifyHostConfig({}, given);
        } catch {
          return;
        }
        const {
          memory = 1,
          swap = 0,
          cpuWeight = 1,
          cpuQuota = 1,
          pids = 1,
        } = resources(fullHostConfig(given));
        expect([memory > 0, swap >= 0, cpuQuota >= 0, pids > 0]).toEqual([true, true, true, true]);
        expect(cpuWeight >= 1 && cpuWeight <= 10_000).toBe(true);
      }),
    );
  });
});

describe('mounts', () => {
  test('parents come before children, and later options win', () => {
    const bind = { type: 'bind', source: '/h', propagation: 'rprivate' } as const;
    const tmpfs = { '/a/b': 'size=1m,exec', '/a': '', '/c': 'ro,rw,mode=700,mode=755' };
    const binds = [
      containerMount({ ...bind, destination: '/a/b/c', writable: false }),
      containerMount({ ...bind, destination: '/d', propagation: 'rslave', recursive: false }),
    ];
    expect(specMounts(binds, tmpfs)).toEqual([
      { destination: '/d', type: 'bind', source: '/h', options: ['bind', 'rslave'] },
      { destination: '/a', type: 'tmpfs', options: ['noexec', 'nosuid', 'nodev'] },
      { destination: '/c', type: 'tmpfs', options: ['noexec', 'nosuid', 'nodev', 'rw', 'mode=755'] },
      { destination: '/a/b', type: 'tmpfs', options: ['nosuid', 'nodev', 'size=1m', 'exec'] },
      { destination: '/a/b/c', type: 'bind', source: '/h', options: ['rbind', 'rro'] },
    ]);
  });
});

describe('files', () => {
  test('hosts and resolv.conf', () => {
    const { hostname, hosts, resolvConf } = files(
      { Hostname: 'web', Domainname: '' },
      {
        ExtraHosts: ['db:10.0.0.5', 'up:host-gateway'],
        Dns: ['1.1.1.1'],
        DnsSearch: ['a.example', 'b.example'],
        DnsOptions: ['ndots:2'],
      },
      resolver,
    );
    expect(hostname).toBe('web\n');
    expect(hosts).toContain('127.0.0.1\tlocalhost\n');
    expect(hosts).toMatch(/10.0.0.5\tdb\n10.0.2.2\tup\n$/);
    expect(resolvConf).toContain('\nnameserver 1.1.1.1\nsearch a.example b.example\noptions ndots:2\n');
    expect(resolvConf).toMatch(
      /\n# Overrides: \[nameservers search options\]\n# Option ndots from: override\n$/,
    );
  });

  test('a search list of a dot is none', () => {
    const { resolvConf } = files({ Hostname: 'web', Domainname: '' }, { DnsSearch: ['.'] }, resolver);
    expect(resolvConf).toMatch(
      /\nnameserver 10.0.2.3\n\n# Based on host file: '\/etc\/resolv.conf' \(legacy\)\n/,
    );
  });

  test('the addresses of a container with a domain, in either field', () => {
    const endpoint = { bridge: 'b', port: 'p', device: 'eth0', mac: 'm', address: '172.17.0.2', prefix: 16 };
    for (const names of [
      { Hostname: 'web.example.org', Domainname: '' },
      { Hostname: 'web', Domainname: 'example.org' },
    ])
      expect(files(names, {}, resolver, { endpoints: [endpoint] }).hosts).toMatch(
        /\n172.17.0.2\tweb.example.org web\n$/,
      );
  });

  test("the machine's own network comes with the machine's hosts, unless more are added", () => {
    const names = { Hostname: 'web', Domainname: '' };
    expect(files(names, { NetworkMode: 'host' }, resolver)).not.toHaveProperty('hosts');
    const added = files(names, { NetworkMode: 'host', ExtraHosts: ['a:1.2.3.4'] }, resolver);
    expect(added.hosts).toMatch(/localnet[^]*1.2.3.4\ta\n$/);
    expect(added.resolvConf).not.toContain('legacy');
  });
});
