import { bytes, swapBytes } from './flags/bytes.ts';
import { cpus } from './flags/cpus.ts';
import { duration } from './flags/duration.ts';
import { bool, integer, list, map, string } from './flags/kinds.ts';
import { ulimits } from './flags/ulimit.ts';
import {
  validAddress,
  validAttach,
  validDnsSearch,
  validEnv,
  validExtraHost,
  validLabel,
  validLink,
  validSysctl,
} from './flags/validate.ts';
import { byteRates, deviceWeights, operationRates } from './options/block-io.ts';
import { validDeviceRule } from './options/device.ts';
import { gpus } from './options/gpus.ts';
import { mounts } from './options/mount.ts';
import { networks } from './options/network.ts';

const noTime = { defaultText: '0s' };

/** Flags that say what a container is: of `docker run` and `docker create`. */
export const containerFlags = {
  'add-host': list('Add a custom host-to-IP mapping (host:ip)', { validate: validExtraHost }),
  annotation: map('Add an annotation to the container (passed through to the OCI runtime)'),
  attach: list('Attach to STDIN, STDOUT or STDERR', { short: 'a', validate: validAttach }),
  'blkio-weight': integer('Block IO (relative weight), between 10 and 1000, or 0 to disable', {
    type: 'uint16',
    min: 0,
    max: 65535,
    defaultText: '0',
  }),
  'blkio-weight-device': deviceWeights('Block IO weight (relative device weight)'),
  'cap-add': list('Add Linux capabilities'),
  'cap-drop': list('Drop Linux capabilities'),
  'cgroup-parent': string('Optional parent cgroup for the container'),
  cgroupns: string(
    'Cgroup namespace to use (host|private)\n' +
      "'host':    Run the container in the Docker host's cgroup namespace\n" +
      "'private': Run the container in its own private cgroup namespace\n" +
      "'':        Use the cgroup namespace as configured by the\n" +
      '           default-cgroupns-mode option on the daemon (default)',
  ),
  cidfile: string('Write the container ID to the file'),
  'cpu-count': integer('CPU count (Windows only)', { windows: true }),
  'cpu-percent': integer('CPU percent (Windows only)', { windows: true }),
  'cpu-period': integer('Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-rt-period': integer('Limit CPU real-time period in microseconds'),
  'cpu-rt-runtime': integer('Limit CPU real-time runtime in microseconds'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  cpus: cpus('Number of CPUs'),
  'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)'),
  device: list('Add a host device to the container'),
  'device-cgroup-rule': list('Add a rule to the cgroup allowed devices list', { validate: validDeviceRule }),
  'device-read-bps': byteRates('Limit read rate (bytes per second) from a device'),
  'device-read-iops': operationRates('Limit read rate (IO per second) from a device'),
  'device-write-bps': byteRates('Limit write rate (bytes per second) to a device'),
  'device-write-iops': operationRates('Limit write rate (IO per second) to a device'),
  'disable-content-trust': bool('Skip image verification', { initial: true }),
  dns: list('Set custom DNS servers', { validate: validAddress }),
  'dns-opt': list('Set DNS options', { hidden: true, spells: 'dns-option' }),
  'dns-option': list('Set DNS options'),
  'dns-search': list('Set custom DNS search domains', { validate: validDnsSearch }),
  domainname: string('Container NIS domain name'),
  entrypoint: string('Overwrite the default ENTRYPOINT of the image'),
  env: list('Set environment variables', { short: 'e', validate: validEnv }),
  'env-file': list('Read in a file of environment variables'),
  expose: list('Expose a port or a range of ports'),
  gpus: gpus("GPU devices to add to the container ('all' to pass all GPUs)"),
  'group-add': list('Add additional groups to join'),
  'health-cmd': string('Command to run to check health'),
  'health-interval': duration('Time between running the check (ms|s|m|h)', noTime),
  'health-retries': integer('Consecutive failures needed to report unhealthy'),
  'health-start-interval': duration(
    'Time between running the check during the start period (ms|s|m|h)',
    noTime,
  ),
  'health-start-period': duration(
    'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)',
    noTime,
  ),
  'health-timeout': duration('Maximum time to allow one check to run (ms|s|m|h)', noTime),
  help: bool('Print usage'),
  hostname: string('Container host name', { short: 'h' }),
  init: bool('Run an init inside the container that forwards signals and reaps processes'),
  interactive: bool('Keep STDIN open even if not attached', { short: 'i' }),
  'io-maxbandwidth': bytes('Maximum IO bandwidth limit for the system drive (Windows only)', {
    windows: true,
  }),
  'io-maxiops': integer('Maximum IOps limit for the system drive (Windows only)', {
    type: 'uint',
    min: 0,
    windows: true,
  }),
  ip: string('IPv4 address (e.g., 172.30.100.104)'),
  ip6: string('IPv6 address (e.g., 2001:db8::33)'),
  ipc: string('IPC mode to use'),
  isolation: string('Container isolation technology'),
  'kernel-memory': bytes('Kernel memory limit'),
  label: list('Set meta data on a container', { short: 'l', validate: validLabel }),
  'label-file': list('Read in a line delimited file of labels'),
  link: list('Add link to another container', { validate: validLink }),
  'link-local-ip': list('Container IPv4/IPv6 link-local addresses'),
  'log-driver': string('Logging driver for the container'),
  'log-opt': list('Log driver options'),
  'mac-address': string('Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
  memory: bytes('Memory limit', { short: 'm' }),
  'memory-reservation': bytes('Memory soft limit'),
  'memory-swap': swapBytes("Swap limit equal to memory plus swap: '-1' to enable unlimited swap"),
  'memory-swappiness': integer('Tune container memory swappiness (0 to 100)', { initial: -1 }),
  mount: mounts('Attach a filesystem mount to the container'),
  name: string('Assign a name to the container'),
  net: networks('Connect a container to a network', { hidden: true, spells: 'network' }),
  'net-alias': list('Add network-scoped alias for the container', { hidden: true, spells: 'network-alias' }),
  network: networks('Connect a container to a network'),
  'network-alias': list('Add network-scoped alias for the container'),
  'no-healthcheck': bool('Disable any container-specified HEALTHCHECK'),
  'oom-kill-disable': bool('Disable OOM Killer'),
  'oom-score-adj': integer("Tune host's OOM preferences (-1000 to 1000)"),
  pid: string('PID namespace to use'),
  'pids-limit': integer('Tune container pids limit (set -1 for unlimited)'),
  platform: string('Set platform if server is multi-platform capable', { preset: 'DOCKER_DEFAULT_PLATFORM' }),
  privileged: bool('Give extended privileges to this container'),
  publish: list("Publish a container's port(s) to the host", { short: 'p' }),
  'publish-all': bool('Publish all exposed ports to random ports', { short: 'P' }),
  'read-only': bool("Mount the container's root filesystem as read only"),
  restart: string('Restart policy to apply when a container exits', { initial: 'no' }),
  rm: bool('Automatically remove the container and its associated anonymous volumes when it exits'),
  runtime: string('Runtime to use for this container'),
  'security-opt': list('Security Options'),
  'shm-size': bytes('Size of /dev/shm'),
  'stop-signal': string('Signal to stop the container'),
  'stop-timeout': integer('Timeout (in seconds) to stop a container'),
  'storage-opt': list('Storage driver options for the container'),
  sysctl: map('Sysctl options', { validate: validSysctl }),
  tmpfs: list('Mount a tmpfs directory'),
  tty: bool('Allocate a pseudo-TTY', { short: 't' }),
  ulimit: ulimits('Ulimit options'),
  'use-api-socket': bool('Bind mount Docker API socket and required auth'),
  user: string('Username or UID (format: <name|uid>[:<group|gid>])', { short: 'u' }),
  userns: string('User namespace to use'),
  uts: string('UTS namespace to use'),
  volume: list('Bind mount a volume', { short: 'v' }),
  'volume-driver': string('Optional volume driver for the container'),
  'volumes-from': list('Mount volumes from the specified container(s)'),
  workdir: string('Working directory inside the container', { short: 'w' }),
};

export type ContainerFlags = typeof containerFlags;

/** Flags that say how the client goes about it. */
export const runFlags = {
  ...containerFlags,
  detach: bool('Run container in background and print container ID', { short: 'd' }),
  'detach-keys': string('Override the key sequence for detaching a container'),
  pull: string('Pull image before running ("always", "missing", "never")', { initial: 'missing' }),
  quiet: bool('Suppress the pull output', { short: 'q' }),
  'sig-proxy': bool('Proxy received signals to the process', { initial: true }),
};

export type RunFlags = typeof runFlags;
