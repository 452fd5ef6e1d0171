import type {
  ContainerSummary,
  ImageSummary,
  Network,
  Stats,
  Volume,
} from '../../worker/protocol/engine-api.ts';

export function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1000) - seconds;
}

export function containerFixture(fields: Partial<ContainerSummary> = {}): ContainerSummary {
  return {
    Id: '406c4ee21bdcba0dd645812924419dec835cbdf257f578628e3251bafbf76926',
    Names: ['/web'],
    Image: 'alpine',
    ImageID: 'sha256:e85b52cb03e68502e8d1fc69a3a34af8c8c62f966b701ba595c78ea0a8850b55',
    Command: 'sleep 1000',
    Created: secondsAgo(0),
    Ports: [],
    Labels: {},
    State: 'running',
    Status: 'Up Less than a second',
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: { bridge: {} } },
    Mounts: [],
    ...fields,
  };
}

export function imageFixture(fields: Partial<ImageSummary> = {}): ImageSummary {
  return {
    Id: 'sha256:e85b52cb03e68502e8d1fc69a3a34af8c8c62f966b701ba595c78ea0a8850b55',
    ParentId: '',
    RepoTags: ['alpine:latest'],
    RepoDigests: [],
    Created: secondsAgo(120),
    Size: 6_697_000,
    SharedSize: -1,
    Labels: null,
    Containers: -1,
    ...fields,
  };
}

export function volumeFixture(fields: Partial<Volume> = {}): Volume {
  const name = fields.Name ?? 'v1';
  return {
    Name: name,
    Driver: 'local',
    Mountpoint: `/var/lib/docker/volumes/${name}/_data`,
    CreatedAt: '2026-11-23T21:36:41Z',
    Labels: null,
    Scope: 'local',
    Options: null,
    ...fields,
  };
}

export function networkFixture(fields: Partial<Network> = {}): Network {
  return {
    Name: 'bridge',
    Id: 'cfe452875b5840f4a1d5d7d8a0d0dd7fbd91d8ac8dd2a5bd5d0c2b0b0bf5b6d3',
    Created: '2026-11-23T21:36:31.7872522Z',
    Scope: 'local',
    Driver: 'bridge',
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: [] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: {},
    Labels: {},
    ...fields,
  };
}

function cpuFixture(total: number): Stats['cpu_stats'] {
  return {
    cpu_usage: { total_usage: total, usage_in_kernelmode: 0, usage_in_usermode: 0 },
    system_cpu_usage: total * 100,
    online_cpus: 1,
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  };
}

export function statsFixture(fields: Partial<Stats> = {}): Stats {
  return {
    name: '/web',
    id: '406c4ee21bdcba0dd645812924419dec835cbdf257f578628e3251bafbf76926',
    read: '2026-11-23T21:36:31Z',
    preread: '2026-11-23T21:36:30Z',
    pids_stats: { current: 1 },
    blkio_stats: { io_service_bytes_recursive: null },
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuFixture(2_000_000),
    precpu_stats: cpuFixture(1_000_000),
    memory_stats: { usage: 700_000, limit: 268_435_456, stats: { inactive_file: 77_408 } },
    networks: {
      eth0: {
        rx_bytes: 862,
        rx_packets: 0,
        rx_errors: 0,
        rx_dropped: 0,
        tx_bytes: 126,
        tx_packets: 0,
        tx_errors: 0,
        tx_dropped: 0,
      },
    },
    ...fields,
  };
}
