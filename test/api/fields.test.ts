/**
 * Every field of a container's Config and HostConfig as API 1.51 has them
 * (https://github.com/moby/moby/tree/v28.5.2/api/types/container): each has an effect that is seen from outside, or is
 * warned of, or is refused. None is taken and forgotten.
 */
import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineForFile } from './engine.ts';

const engine = engineForFile();

interface Case {
  /** What the field is set to. */
  value: unknown;
  /** Further fields that it needs. */
  config?: object;
  host?: object;
  /** What a container with it says, and what it is asked. */
  script?: string;
  says?: string | RegExp;
  /** A path into `inspect` and what is there, for what is no matter of the container's inside. */
  shows?: readonly [path: string, value: unknown];
  /** What creating or starting it fails with. */
  refused?: RegExp;
  warned?: RegExp;
}

const status = (name: string): string => `grep ${name} /proc/self/status | tr -d " \\t"`;
const cgroup = (name: string): string => `cat /sys/fs/cgroup/${name}`;

const config: Record<string, Case> = {
  Hostname: { value: 'myself', script: 'hostname', says: 'myself' },
  Domainname: { value: 'here', script: 'cat /proc/sys/kernel/domainname', says: 'here' },
  User: { value: '12:34', script: 'id -u; id -g', says: '12\n34' },
  AttachStdin: { value: true, shows: ['Config.AttachStdin', true] },
  AttachStdout: { value: true, shows: ['Config.AttachStdout', true] },
  AttachStderr: { value: true, shows: ['Config.AttachStderr', true] },
  ExposedPorts: { value: { '81/tcp': {} }, shows: ['NetworkSettings.Ports', { '81/tcp': null }] },
  Tty: { value: true, script: 'tty', says: '/dev/pts/0' },
  OpenStdin: { value: true, shows: ['Config.OpenStdin', true] },
  StdinOnce: { value: true, config: { OpenStdin: true }, shows: ['Config.StdinOnce', true] },
  Env: { value: ['A=b'], script: 'echo $A', says: 'b' },
  Cmd: { value: ['sh', '-c', 'echo said'], says: 'said' },
  Healthcheck: { value: { Test: ['CMD', 'true'] }, shows: ['State.Health.Status', 'starting'] },
  // For Windows; an image's own is kept.
  ArgsEscaped: { value: true, shows: ['Config.ArgsEscaped', true] },
  Image: { value: 'not-here', refused: /No such image: not-here:latest/ },
  Volumes: { value: { '/v': {} }, script: 'grep -c " /v " /proc/mounts', says: '1' },
  WorkingDir: { value: '/made/here', script: 'pwd', says: '/made/here' },
  Entrypoint: { value: ['echo', 'first'], config: { Cmd: ['second'] }, says: 'first second' },
  NetworkDisabled: { value: true, script: 'ls /sys/class/net', says: 'lo' },
  MacAddress: {
    value: '02:42:00:00:00:99',
    script: 'cat /sys/class/net/eth0/address',
    says: '02:42:00:00:00:99',
  },
  OnBuild: { value: ['RUN true'], shows: ['Config.OnBuild', ['RUN true']] },
  Labels: { value: { a: 'b' }, shows: ['Config.Labels', { a: 'b' }] },
  StopSignal: { value: 'SIGNOT', refused: /Invalid signal: SIGNOT/i },
  StopTimeout: { value: 3, shows: ['Config.StopTimeout', 3] },
  Shell: { value: ['/bin/sh', '-c'], shows: ['Config.Shell', ['/bin/sh', '-c']] },
};

const device = (limit: object) => [{ Path: '/dev/sda', ...limit }];

const host: Record<string, Case> = {
  Binds: { value: ['/etc:/x:ro'], script: 'grep -c " /x " /proc/mounts', says: '1' },
  ContainerIDFile: { value: '/tmp/id', shows: ['HostConfig.ContainerIDFile', '/tmp/id'] },
  LogConfig: { value: { Type: 'journald', Config: {} }, refused: /journald/ },
  NetworkMode: { value: 'none', script: 'ls /sys/class/net', says: 'lo' },
  PortBindings: {
    value: { '80/tcp': [{ HostPort: '8089' }] },
    config: { ExposedPorts: { '80/tcp': {} } },
    shows: ['NetworkSettings.Ports.80/tcp.0.HostPort', '8089'],
  },
  RestartPolicy: { value: { Name: 'never-ever' }, refused: /invalid restart policy/ },
  AutoRemove: {
    value: true,
    host: { RestartPolicy: { Name: 'always' } },
    refused: /can't create 'AutoRemove' container with restart policy/,
  },
  VolumeDriver: {
    value: 'absent',
    config: { Volumes: { '/v': {} } },
    refused: /plugin "absent" not found|unknown|absent/,
  },
  VolumesFrom: { value: ['absent'], refused: /No such container: absent/ },
  ConsoleSize: { value: [12, 34], config: { Tty: true }, script: 'stty size', says: '12 34' },
  Annotations: { value: { a: 'b' }, shows: ['HostConfig.Annotations', { a: 'b' }] },
  CapAdd: { value: ['ALL'], script: status('CapBnd'), says: 'CapBnd:000001ffffffffff' },
  CapDrop: { value: ['ALL'], script: status('CapBnd'), says: 'CapBnd:0000000000000000' },
  CgroupnsMode: { value: 'host', script: 'cat /proc/self/cgroup', says: /docker\/[0-9a-f]{64}$/ },
  Dns: { value: ['1.2.3.4'], script: 'grep -c "nameserver 1.2.3.4" /etc/resolv.conf', says: '1' },
  DnsOptions: { value: ['ndots:9'], script: 'grep -c ndots:9 /etc/resolv.conf', says: '1' },
  DnsSearch: { value: ['some.where'], script: 'grep -c "search some.where" /etc/resolv.conf', says: '1' },
  ExtraHosts: { value: ['there:1.2.3.4'], script: 'grep there /etc/hosts', says: '1.2.3.4\tthere' },
  GroupAdd: { value: ['77'], script: 'id -G', says: /\b77\b/ },
  IpcMode: { value: 'container:absent', refused: /No such container: absent/ },
  Cgroup: { value: 'container:absent', shows: ['HostConfig.Cgroup', 'container:absent'] },
  Links: { value: ['absent:x'], refused: /could not get container for absent/i },
  OomScoreAdj: { value: 123, script: 'cat /proc/self/oom_score_adj', says: '123' },
  PidMode: { value: 'host', script: 'cat /proc/1/comm', says: /agent|init/ },
  Privileged: { value: true, script: status('Seccomp:'), says: 'Seccomp:0' },
  PublishAllPorts: {
    value: true,
    config: { ExposedPorts: { '82/tcp': {} } },
    shows: ['NetworkSettings.Ports.82/tcp.0.HostIp', '0.0.0.0'],
  },
  ReadonlyRootfs: { value: true, script: 'touch /x 2>&1', says: /Read-only file system/ },
  SecurityOpt: { value: ['no-new-privileges'], script: status('NoNewPrivs'), says: 'NoNewPrivs:1' },
  StorageOpt: { value: { size: '1G' }, refused: /--storage-opt is supported only for/ },
  Tmpfs: { value: { '/t': 'size=1m' }, script: 'grep " /t " /proc/mounts', says: /^tmpfs .*size=1024k/ },
  UTSMode: { value: 'host', script: 'hostname', says: 'bottleship' },
  // There is no remapping to leave.
  UsernsMode: { value: 'host', script: 'cat /proc/self/uid_map', says: /^\s*0\s+0\s+4294967295$/ },
  ShmSize: { value: 1048576, script: 'grep /dev/shm /proc/mounts', says: /size=1024k/ },
  Sysctls: {
    value: { 'net.core.somaxconn': '77' },
    script: 'cat /proc/sys/net/core/somaxconn',
    says: '77',
  },
  Runtime: { value: 'absent', refused: /unknown or invalid runtime name: absent/ },
  Isolation: { value: 'hyperv', refused: /invalid isolation .*hyperv/i },
  CpuShares: { value: 2048, script: cgroup('cpu.weight'), says: '79' },
  Memory: { value: 67108864, script: cgroup('memory.max'), says: '67108864' },
  NanoCpus: { value: 500000000, script: cgroup('cpu.max'), says: '50000 100000' },
  CgroupParent: {
    value: '/other',
    host: { CgroupnsMode: 'host' },
    script: 'cat /proc/self/cgroup',
    says: /other\//,
  },
  BlkioWeight: { value: 100, warned: /does not support Block I\/O weight/ },
  BlkioWeightDevice: { value: device({ Weight: 100 }), warned: /does not support Block I\/O weight_device/ },
  BlkioDeviceReadBps: { value: device({ Rate: 1000000 }), script: cgroup('io.max'), says: /rbps=1000000/ },
  BlkioDeviceWriteBps: { value: device({ Rate: 1000000 }), script: cgroup('io.max'), says: /wbps=1000000/ },
  BlkioDeviceReadIOps: { value: device({ Rate: 99 }), script: cgroup('io.max'), says: /riops=99/ },
  BlkioDeviceWriteIOps: { value: device({ Rate: 99 }), script: cgroup('io.max'), says: /wiops=99/ },
  CpuPeriod: { value: 50000, script: cgroup('cpu.max'), says: 'max 50000' },
  CpuQuota: { value: 25000, script: cgroup('cpu.max'), says: '25000 100000' },
  CpuRealtimePeriod: { value: 1000000, refused: /does not support CPU real-time scheduler/ },
  CpuRealtimeRuntime: { value: 1000, refused: /does not support CPU real-time scheduler/ },
  CpusetCpus: { value: '1', refused: /Requested CPUs are not available/ },
  CpusetMems: { value: '1', refused: /Requested memory nodes are not available/ },
  Devices: {
    value: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/nothing', CgroupPermissions: 'rwm' }],
    script: 'cat /dev/nothing; echo read',
    says: 'read',
  },
  DeviceCgroupRules: {
    value: ['b 8:0 rm'],
    script: 'mknod /disk b 8 0; head -c 1 /disk > /dev/null && echo read',
    says: 'read',
  },
  DeviceRequests: {
    value: [{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu']] }],
    refused: /could not select device driver ..nvidia../,
  },
  KernelMemoryTCP: { value: 10000000, warned: /does not support kernel memory TCP limit/ },
  MemoryReservation: { value: 33554432, script: cgroup('memory.low'), says: '33554432' },
  MemorySwap: {
    value: 134217728,
    host: { Memory: 67108864 },
    script: cgroup('memory.swap.max'),
    says: '67108864',
  },
  MemorySwappiness: { value: 10, warned: /does not support memory swappiness/ },
  OomKillDisable: { value: true, warned: /does not support OomKillDisable/ },
  PidsLimit: { value: 17, script: cgroup('pids.max'), says: '17' },
  Ulimits: {
    value: [{ Name: 'nofile', Soft: 55, Hard: 66 }],
    script: 'ulimit -n; ulimit -Hn',
    says: '55\n66',
  },
  // For Windows, as is what follows.
  CpuCount: { value: 1, warned: /does not support CPU count/ },
  CpuPercent: { value: 10, warned: /does not support CPU percent/ },
  IOMaximumIOps: { value: 1, refused: /QoS maximum IOPs/ },
  IOMaximumBandwidth: { value: 1, refused: /QoS maximum bandwidth/ },
  Mounts: {
    value: [{ Type: 'tmpfs', Target: '/t' }],
    script: 'grep -c "^tmpfs /t " /proc/mounts',
    says: '1',
  },
  MaskedPaths: { value: ['/etc'], script: 'ls /etc', says: '' },
  ReadonlyPaths: { value: ['/etc'], script: 'touch /etc/x 2>&1', says: /Read-only file system/ },
  Init: { value: true, script: 'cat /proc/1/comm', says: 'docker-init' },
};

/** The names in those types' JSON. */
const configFields =
  'Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts Tty OpenStdin StdinOnce Env Cmd Healthcheck ArgsEscaped Image Volumes WorkingDir Entrypoint NetworkDisabled MacAddress OnBuild Labels StopSignal StopTimeout Shell';
const hostFields =
  'Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumeDriver VolumesFrom ConsoleSize Annotations CapAdd CapDrop CgroupnsMode Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Links OomScoreAdj PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt StorageOpt Tmpfs UTSMode UsernsMode ShmSize Sysctls Runtime Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpusetCpus CpusetMems Devices DeviceCgroupRules DeviceRequests KernelMemoryTCP MemoryReservation MemorySwap MemorySwappiness OomKillDisable PidsLimit Ulimits CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth Mounts MaskedPaths ReadonlyPaths Init';

test('every field is here', () => {
  expect(Object.keys(config)).toEqual(configFields.split(' '));
  expect(Object.keys(host)).toEqual(hostFields.split(' '));
});

interface Answer {
  code: number;
  body: string;
}

function call(method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: engine().socketPath,
        method,
        path: `/v1.51${path}`,
        headers: { 'Content-Type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ code: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('latin1') }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

/** Without the frames' heads where there are any. */
function textOf(logs: string): string {
  return logs
    .replace(/[\x01\x02]\0\0\0[^]{4}/g, '')
    .replaceAll('\r\n', '\n')
    .trim();
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], value);
}

async function check(wanted: Case, body: object): Promise<void> {
  const created = await call('POST', '/containers/create', body);
  const { Id: id, Warnings: warnings = [] } = JSON.parse(created.body) as {
    Id?: string;
    Warnings?: string[];
  };
  if (id === undefined) {
    expect(created.body).toMatch(wanted.refused ?? /^$/);
    return;
  }
  try {
    if (wanted.warned) expect(warnings.join('\n')).toMatch(wanted.warned);
    else await checkRun(wanted, id);
  } finally {
    await call('DELETE', `/containers/${id}?force=1&v=1`);
  }
}

async function checkRun({ refused, shows, says }: Case, id: string): Promise<void> {
  const started = await call('POST', `/containers/${id}/start`);
  if (refused) return expect(started.body).toMatch(refused);
  expect(started).toEqual({ code: 204, body: '' });
  if (shows) {
    const inspected = JSON.parse((await call('GET', `/containers/${id}/json`)).body) as unknown;
    expect(at(inspected, shows[0])).toEqual(shows[1]);
  }
  if (says === undefined) return;
  await call('POST', `/containers/${id}/wait`);
  const { body } = await call('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
  if (typeof says === 'string') expect(textOf(body)).toBe(says);
  else expect(textOf(body)).toMatch(says);
}

/** One that stays, if it is to be looked at from outside. */
const command = ({ script }: Case): string[] =>
  script === undefined ? ['sleep', '100'] : ['sh', '-c', script];

beforeAll(() => call('POST', '/images/create?fromImage=busybox&tag=latest'));

describe('Config', () => {
  test.each(Object.entries(config))('%s', (name, wanted) =>
    check(wanted, {
      Image: 'busybox',
      Cmd: command(wanted),
      ...wanted.config,
      [name]: wanted.value,
      HostConfig: { ...wanted.host },
    }),
  );
});

describe('HostConfig', () => {
  test.each(Object.entries(host))('%s', (name, wanted) =>
    check(wanted, {
      Image: 'busybox',
      Cmd: command(wanted),
      ...wanted.config,
      HostConfig: { ...wanted.host, [name]: wanted.value },
    }),
  );
});
