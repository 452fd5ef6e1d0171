import type { MountParams, WakeParams, WakeResult } from '../../worker/protocol/agent.ts';
import { prepareCgroups } from './container/cgroup.ts';
import { prepareNetwork } from './container/network.ts';
import { paths } from './container/paths.ts';
import { prepareSecurity } from './container/privileges.ts';
import { prepareRootfs } from './container/rootfs.ts';
import { check } from './kernel/errors.ts';
import { close, exists, flags, list, mkdirs, open, readFile } from './kernel/files.ts';
import { mount, ms, setPropagation } from './kernel/mounts.ts';
import { nr } from './kernel/numbers.ts';
import { defaultCapabilities } from './security/capabilities.ts';

const quiet = ms.NOSUID | ms.NOEXEC | ms.NODEV;
const MS_MOVE = 8192;
const CLOCK_REALTIME = 0;
const PR_SET_DUMPABLE = 4;
const FS_IOC_SETFLAGS = 0x40046602;
const FS_IMMUTABLE_FL = 0x10;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const ARPHRD_ETHER = 1;
const SIOCSIFHWADDR = 0x8924;
const RNDADDENTROPY = 0x40085203;
const RNDRESEEDCRNG = 0x5207;

/**
 * At boot, as PID 1 on a tmpfs: the file systems that the machine and every container need. Nothing here may depend on
 * when or where the machine runs, because it is what the saved state holds.
 */
export function boot(): void {
  leaveRootfs();
  hideFromContainers();
  for (const path of ['/bin/agent', '/bin/docker-init', '/bin/filetree']) makeImmutable(path);
  raiseLimits();
  mount('devtmpfs', '/dev', 'devtmpfs', ms.NOSUID | ms.NOEXEC);
  openDevices();
  mount('proc', '/proc', 'proc', quiet);
  mount('sysfs', '/sys', 'sysfs', quiet);
  mount('cgroup2', '/sys/fs/cgroup', 'cgroup2', quiet, 'nsdelegate');
  mkdirs('/dev/pts');
  mount('devpts', '/dev/pts', 'devpts', ms.NOSUID | ms.NOEXEC, 'ptmxmode=0666,mode=0620,gid=5');
  mkdirs('/dev/shm');
  mount('tmpfs', '/dev/shm', 'tmpfs', quiet, 'mode=1777');
  mkdirs('/dev/mqueue');
  mount('mqueue', '/dev/mqueue', 'mqueue', quiet);
  for (const path of [paths.layers, paths.root, paths.data, paths.work]) mkdirs(path);
  check('/var/run', syscall(nr.symlink, '/run', '/var/run'));
  check('chmod', syscall(nr.chmod, paths.sockets, 0o700));
  setPropagation('/', 'rshared');
  prepareCgroups();
  prepareNetwork();
  prepareSecurity(defaultCapabilities);
  prepareRootfs();
  facts = readFacts();
}

/**
 * A child that is on its way into a container is still this program: its /proc/PID/exe must not be a way for the
 * container to reach the agent's file (CVE-2019-5736). It is inherited until exec.
 */
function hideFromContainers(): void {
  check('dumpable', syscall(nr.prctl, PR_SET_DUMPABLE, 0, 0, 0, 0));
}

/**
 * What a container can come to hold of the machine: /proc/self/exe, executed as its program, is the agent. Running, it
 * cannot be written; its mode and owner could be changed.
 */
function makeImmutable(path: string): void {
  const fd = open(path, flags.O_RDONLY);
  check(`make ${path} immutable`, syscall(nr.ioctl, fd, FS_IOC_SETFLAGS, new Uint32Array([FS_IMMUTABLE_FL])));
  close(fd);
}

/** As udev does on other hosts: devices that leave it to the opener's other rights what may be done with them. */
function openDevices(): void {
  for (const path of ['/dev/fuse', '/dev/net/tun'])
    if (exists(path)) check(`chmod ${path}`, syscall(nr.chmod, path, 0o666));
}

/** What a service manager gives dockerd, and through it every container: core files, processes, open files. */
function raiseLimits(): void {
  for (const [resource, limit] of [
    [4, -1],
    [6, -1],
    [7, 1_048_576],
  ] as const) {
    const high = limit < 0 ? -1 : 0;
    check('rlimit', syscall(nr.prlimit64, 0, resource, new Int32Array([limit, high, limit, high]), null));
  }
}

/** Port 1 of whichever virtio device the console is. */
const portName = /^vport\d+p1$/;
const tenMilliseconds = new Int32Array([0, 10_000_000]);

/** The channel's port. The kernel adds it some time after boot. */
export function openPort(): number {
  for (;;) {
    const port = list('/dev').find((name) => portName.test(name));
    if (port !== undefined) return open(`/dev/${port}`, flags.O_RDWR | flags.O_NONBLOCK);
    syscall(nr.nanosleep, tenMilliseconds, null);
  }
}

/**
 * The kernel starts on its rootfs, which has no parent mount and cannot be pivoted away from, so no container could be
 * made from it. A bind mount of it moved over it is the same tree and can.
 */
function leaveRootfs(): void {
  mount('/', '/mnt', 'bind', ms.BIND);
  check('chdir', syscall(nr.chdir, '/mnt'));
  mount('.', '/', 'bind', MS_MOVE);
  check('chroot', syscall(nr.chroot, '.'));
}

let facts: WakeResult | undefined;

/** After every restore: what belongs to this one life of the machine. */
export function wake(params: WakeParams): WakeResult {
  const [seconds, nanoseconds] = params.time;
  check('set clock', syscall(nr.clock_settime, CLOCK_REALTIME, new Int32Array([seconds, nanoseconds])));
  reseed(params.entropy);
  check('sethostname', syscall(nr.sethostname, params.hostname, params.hostname.length));
  setHardwareAddress(params.mac);
  return (facts ??= readFacts());
}

/** struct ifreq: a name of 16 bytes, then a sockaddr whose data is the address. */
function setHardwareAddress(mac: string): void {
  const request = new Uint8Array(32);
  request.set([0x65, 0x74, 0x68, 0x30]);
  request[16] = ARPHRD_ETHER;
  request.set(bytesOf(mac), 18);
  const socket = check('socket', syscall(nr.socket, AF_INET, SOCK_DGRAM_CLOEXEC, 0));
  check('set MAC address', syscall(nr.ioctl, socket, SIOCSIFHWADDR, request));
  close(socket);
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function readFacts(): WakeResult {
  return { memory: totalMemory(), kernel: readFile('/proc/sys/kernel/osrelease').trim() };
}

const layersOptions = 'trans=virtio,version=9p2000.L,cache=loose,msize=512000,access=any';

/** Nothing is cached but what is mapped: others change these files, too. */
const workOptions = 'trans=virtio,version=9p2000.L,cache=mmap,msize=512000,access=any';

/** Mounts what containers are made of. The 9P server's state is not in a saved state, so it cannot be mounted before. */
export function mountStorage({ disk }: MountParams): void {
  mount('host9p', paths.layers, '9p', ms.RDONLY | ms.NODEV | ms.NOSUID, layersOptions);
  mount('work9p', paths.work, '9p', ms.NODEV | ms.NOSUID, workOptions);
  mountData(disk);
}

function mountData(disk: boolean): void {
  if (disk) mount('/dev/sda', paths.data, 'ext4', ms.NOATIME | ms.NODEV, 'errors=remount-ro');
  else mount('tmpfs', paths.data, 'tmpfs', ms.NODEV, 'mode=710');
  mkdirs(`${paths.data}/overlay2`, 0o710);
  mkdirs(`${paths.data}/containers`, 0o710);
  mkdirs(`${paths.data}/volumes`, 0o701);
}

/** Two machines restored from the same state must not draw the same random numbers. */
function reseed(entropy: string): void {
  const bytes = bytesOf(entropy);
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  const fd = open('/dev/urandom', flags.O_RDWR);
  // struct rand_pool_info: bits of entropy, bytes, the bytes.
  const info = new Uint32Array(2 + padded.length / 4);
  info.set([bytes.length * 8, bytes.length]);
  info.set(new Uint32Array(padded.buffer), 2);
  check('add entropy', syscall(nr.ioctl, fd, RNDADDENTROPY, info));
  check('reseed', syscall(nr.ioctl, fd, RNDRESEEDCRNG, 0));
  close(fd);
}

function totalMemory(): number {
  return Number(/^MemTotal: +(\d+) kB/.exec(readFile('/proc/meminfo'))?.[1] ?? 0) * 1024;
}
