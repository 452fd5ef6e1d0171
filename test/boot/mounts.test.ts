/** What is mounted in containers, and whose namespaces they have, asked through the Engine API. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type {
  CreateConfig,
  CreateOptions,
  EngineApi,
  HostConfig,
  Mount,
} from '../../worker/protocol/engine-api.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const engine = (): EngineApi => machine().bottleship.engine;

beforeAll(async () => {
  await machine().out('docker pull busybox');
});

afterEach(async () => {
  for (const { Id } of await engine().containerList({ all: true }))
    await engine().containerDelete(Id, { force: true, v: true });
  for (const { Name } of (await engine().volumeList()).Volumes) await engine().volumeRemove(Name);
});

/** Starts a container that stays. */
async function start(HostConfig: HostConfig = {}, config: CreateConfig = {}, name = ''): Promise<string> {
  const { Id } = await engine().containerCreate(
    { Image: 'busybox', Cmd: ['sleep', '1000'], ...config, HostConfig },
    { name },
  );
  await engine().containerStart(Id);
  return Id;
}

async function exec(id: string, script: string): Promise<string> {
  const exec = { Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true };
  const { Id } = await engine().execCreate(id, exec);
  const { output } = await engine().execStart(Id, {});
  const decoder = new TextDecoder();
  let text = '';
  for await (const { bytes } of output) text += decoder.decode(bytes, { stream: true });
  return text.trim();
}

/** The output of a container that runs to its end. */
async function run(HostConfig: HostConfig, script: string, config: CreateConfig = {}): Promise<string> {
  const id = await start(HostConfig, config);
  const text = await exec(id, script);
  await engine().containerDelete(id, { force: true, v: true });
  return text;
}

async function failure(operation: Promise<unknown>): Promise<string> {
  return operation.then(
    () => 'no failure',
    (error: Error) => error.message,
  );
}

function refusal(source: string, target: string): string {
  return `error mounting "${source}" to rootfs at "${target}": mount ${source}:${target} (via /proc/self/fd/6), flags: 0x5000: not a directory: Are you trying to mount a directory onto a file (or vice-versa)?`;
}

function subpath(Subpath: string): HostConfig {
  return { Mounts: [{ Type: 'volume', Source: 'data', Target: '/d', VolumeOptions: { Subpath } }] };
}

function device(PathOnHost: string, CgroupPermissions: string): HostConfig {
  return { Devices: [{ PathOnHost, PathInContainer: '/dev/disk', CgroupPermissions }] };
}

describe('binds', () => {
  test('read and write, or read only with all below; a missing source is made', async () => {
    await machine().out(
      'mkdir -p /tmp/src/below; mount -t tmpfs below /tmp/src/below; echo hi > /tmp/src/file',
    );
    const Binds = ['/tmp/src:/rw', '/tmp/src:/ro:ro', '/tmp/made/here:/made', '/tmp/src/file:/etc/one'];
    expect(
      await run(
        { Binds },
        'cat /ro/file /etc/one; echo new > /rw/new; touch /ro/x /ro/below/x; touch /rw/below/y; ls /rw/below',
      ),
    ).toBe('hi\nhi\ntouch: /ro/x: Read-only file system\ntouch: /ro/below/x: Read-only file system\ny');
    expect(await machine().out('cat /tmp/src/new; ls -d /tmp/made/here; umount /tmp/src/below')).toBe(
      'new\n/tmp/made/here',
    );
  });

  test('a source of --mount must be there', async () => {
    const Mounts: HostConfig['Mounts'] = [{ Type: 'bind', Source: '/tmp/nosuch', Target: '/x' }];
    expect(await failure(start({ Mounts }))).toBe(
      'invalid mount config for type "bind": bind source path does not exist: /tmp/nosuch',
    );
    expect(
      await run({ Mounts: [{ ...Mounts[0]!, BindOptions: { CreateMountpoint: true } }] }, 'ls -d /x'),
    ).toBe('/x');
  });

  test('a directory does not lie over a file, nor a file over a directory', async () => {
    expect(await failure(start({ Binds: ['/tmp:/etc/hosts'] }))).toContain(refusal('/tmp', '/etc/hosts'));
    expect(await failure(start({ Binds: ['/bin/sh:/etc'] }))).toContain(refusal('/bin/sh', '/etc'));
    expect(await failure(start({ Tmpfs: { '/bin/true': '' } }))).toContain(
      'error mounting "tmpfs" to rootfs at "/bin/true"',
    );
  });

  test('what the engine has below it is seen as it changes, and not held on to', async () => {
    const id = await start({ Binds: ['/:/host', '/var/lib/docker/overlay2:/o:rshared'] });
    const { Mounts } = await engine().containerInspect(id);
    expect(Mounts?.map(({ Destination, Propagation }) => [Destination, Propagation])).toEqual([
      ['/host', 'rslave'],
      ['/o', 'rshared'],
    ]);
    expect(await exec(id, 'ls -d /host/var/lib/docker/overlay2')).toBe('/host/var/lib/docker/overlay2');
    for (const propagation of ['private', 'slave', 'shared', 'rprivate'])
      expect(await failure(start({ Binds: [`/var/lib/docker:/d:${propagation}`] }))).toBe(
        `invalid mount config: must use either propagation mode "rslave" or "rshared" when mount source is within the daemon root, daemon root: "/var/lib/docker", bind mount source: "/var/lib/docker", propagation: "${propagation}"`,
      );
  });

  test('a mount in a shared source comes through with rslave, and not without', async () => {
    await machine().out('mkdir -p /tmp/shared/in');
    const id = await start({ Binds: ['/tmp/shared:/slave:rslave', '/tmp/shared:/private'] });
    await machine().out('mount -t tmpfs in /tmp/shared/in; touch /tmp/shared/in/seen');
    expect(await exec(id, 'ls /slave/in; ls /private/in')).toBe('seen');
    await machine().out(
      'umount /tmp/shared/in; mount -t tmpfs private /tmp/shared; mount --make-private /tmp/shared',
    );
    expect(await failure(start({ Binds: ['/tmp/shared:/x:shared'] }))).toBe(
      'path /tmp/shared is mounted on /tmp/shared but it is not a shared mount',
    );
    await machine().out('umount /tmp/shared');
  });

  test('rshared hands mounts of the container on to the machine, and nothing else does', async () => {
    await machine().out('mkdir -p /tmp/handed/out /tmp/kept/out');
    const before = await machine().out('cut -d" " -f2 /proc/mounts');
    const id = await start({ Privileged: true, Binds: ['/tmp/handed:/handed:rshared', '/tmp/kept:/kept'] });
    expect(await machine().out('cut -d" " -f2 /proc/mounts')).toBe(before);
    await exec(
      id,
      'mount -t tmpfs t /handed/out; mount -t tmpfs t /kept/out; touch /handed/out/a /kept/out/b',
    );
    expect(await machine().out('ls /tmp/handed/out /tmp/kept/out')).toBe(
      '/tmp/handed/out:\na\n\n/tmp/kept/out:',
    );
    await machine().out('umount /tmp/handed/out');
  });
});

test('what is mounted below a bind may only be read with it, but not for clients of older versions', async () => {
  await machine().out('mkdir -p /tmp/outer/inner && mount -t tmpfs inner /tmp/outer/inner');
  const config = { Image: 'busybox', Cmd: ['sleep', '1000'] };
  const HostConfig = { Binds: ['/tmp/outer:/b:ro'] };
  const write = async (options: CreateOptions): Promise<string> => {
    const { Id } = await engine().containerCreate({ ...config, HostConfig }, options);
    await engine().containerStart(Id);
    return exec(Id, 'touch /b/x; touch /b/inner/x && echo written');
  };
  const outer = 'touch: /b/x: Read-only file system';
  expect(await write({})).toBe(`${outer}\ntouch: /b/inner/x: Read-only file system`);
  expect(await write({ readOnlyNonRecursive: true })).toBe(`${outer}\nwritten`);
});

describe('volumes', () => {
  test('anonymous ones hold what the image has there, with owner and mode, and go with the container', async () => {
    const id = await start({ Binds: ['kept:/home'] }, { Volumes: { '/etc': {}, '/var/new': {} } });
    expect(
      await exec(id, 'cat /etc/passwd | head -n 1; ls -A /var/new; stat -c %a /etc; echo x > /etc/mine'),
    ).toBe('root:x:0:0:root:/root:/bin/sh\n755');
    const { Mounts } = await engine().containerInspect(id);
    expect(Mounts.map(({ Type, Destination, RW }) => [Type, Destination, RW])).toEqual([
      ['volume', '/home', true],
      ['volume', '/etc', true],
      ['volume', '/var/new', true],
    ]);
    const etc = Mounts.find(({ Destination }) => Destination === '/etc')!;
    expect(await machine().out(`cat ${etc.Source}/mine`)).toBe('x');
    expect(await failure(engine().volumeRemove('kept'))).toBe(`remove kept: volume is in use - [${id}]`);
    await engine().containerDelete(id, { force: true, v: true });
    expect((await engine().volumeList()).Volumes.map(({ Name }) => Name)).toEqual(['kept']);
    expect(await machine().out('ls /var/lib/docker/volumes')).toBe('kept');
    expect((await engine().volumeList({ filters: { dangling: ['true'] } })).Volumes.length).toBe(1);
  });

  test('named ones are shared and stay; --volumes-from takes them over, read only if asked', async () => {
    const first = await start({ Binds: ['data:/data'] }, {}, 'first');
    await exec(first, 'echo one > /data/file');
    const second = await start({ VolumesFrom: ['first:ro'] });
    expect(await exec(second, 'cat /data/file; touch /data/x')).toBe(
      'one\ntouch: /data/x: Read-only file system',
    );
    expect(
      await run(
        { Mounts: [{ Type: 'volume', Source: 'data', Target: '/d', VolumeOptions: { NoCopy: true } }] },
        'cat /d/file',
      ),
    ).toBe('one');
  });

  test('a part of one, and never what lies outside', async () => {
    const first = await start({ Binds: ['data:/data'] });
    await exec(
      first,
      'mkdir -p /data/a/b; echo in > /data/a/b/f; ln -s /etc /data/out; ln -s a/b /data/link',
    );
    expect(await run(subpath('link'), 'cat /d/f')).toBe('in');
    expect(await failure(start(subpath('out')))).toMatch(/^path concatenation escapes the base directory/);
    expect(await failure(start(subpath('a/gone')))).toMatch(
      /^cannot access path .*no such file or directory$/,
    );
    expect(await failure(start(subpath('../x')))).toContain(
      'subpath must be a relative path within the volume',
    );
  });

  test('a part of one gets what the image has there', async () => {
    const first = await start({ Binds: ['data:/data'] });
    await exec(first, 'mkdir /data/bin; touch /data/other');
    const mount: Mount = {
      Type: 'volume',
      Source: 'data',
      Target: '/bin',
      VolumeOptions: { Subpath: 'bin' },
    };
    expect(await run({ Mounts: [mount] }, 'ls /bin/busybox')).toBe('/bin/busybox');
    expect(await exec(first, 'ls /data; ls /data/bin/busybox')).toBe('bin\nother\n/data/bin/busybox');
  });

  test('created, with labels, found and pruned', async () => {
    const volume = await engine().volumeCreate({ Name: 'made', Labels: { a: '1' } });
    expect(volume).toMatchObject({
      Name: 'made',
      Driver: 'local',
      Mountpoint: '/var/lib/docker/volumes/made/_data',
      Labels: { a: '1' },
      Options: null,
      Scope: 'local',
    });
    await machine().out(`head -c 1000 /dev/zero > ${volume.Mountpoint}/zeros`);
    expect(await failure(engine().volumeInspect('nosuch'))).toBe('get nosuch: no such volume');
    expect((await engine().volumePrune()).VolumesDeleted).toEqual([]);
    expect(await engine().volumePrune({ filters: { all: ['1'], label: ['a'] } })).toEqual({
      VolumesDeleted: ['made'],
      SpaceReclaimed: 1000,
    });
  });

  test('one over /etc does not hide names and addresses; a read-only root has them read-only', async () => {
    const list = 'cat /etc/hostname; head -n 1 /etc/hosts; touch /etc/hosts /etc/new';
    const config = { Hostname: 'seen', Volumes: { '/etc': {} } };
    expect(await run({}, list, config)).toBe('seen\n127.0.0.1\tlocalhost');
    expect(await run({ ReadonlyRootfs: true }, list, config)).toBe(
      'seen\n127.0.0.1\tlocalhost\ntouch: /etc/hosts: Read-only file system',
    );
    await machine().out('echo mine > /tmp/hosts');
    expect(await run({ Binds: ['/tmp/hosts:/etc/hosts'] }, 'cat /etc/hosts')).toBe('mine');
  });

  test('what it holds and who has it is told; those with options may be anything', async () => {
    await engine().volumeCreate({ Name: 'empty' });
    await engine().volumeCreate({ Name: 'other', DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: '' } });
    const id = await start({ Binds: ['full:/d', 'full:/e'] });
    await exec(id, 'head -c 5000 /dev/zero > /d/a; ln /d/a /d/b; mkdir /d/sub; ln -s 1234567 /d/sub/link');
    const { Volumes } = await engine().diskUsage(['volume']);
    expect(Volumes?.map(({ Name, UsageData }) => [Name, UsageData])).toEqual([
      ['empty', { Size: 0, RefCount: 0 }],
      ['full', { Size: 5007, RefCount: 1 }],
    ]);
  });

  test('a file system of its own is there while it is used, for all who use it', async () => {
    const DriverOpts = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,uid=7' };
    await engine().volumeCreate({ Name: 'memory', DriverOpts });
    const [a, b] = [await start({ Binds: ['memory:/m'] }), await start({ Binds: ['memory:/m'] })];
    expect(await exec(a, 'echo x > /m/f; stat -c %u /m')).toBe('7');
    expect(await exec(b, 'cat /m/f; df /m | tail -n 1')).toMatch(/^x\ntmpfs +1024 /);
    await engine().containerStop(a, { timeout: 0 });
    expect(await exec(b, 'cat /m/f')).toBe('x');
    await engine().containerStop(b, { timeout: 0 });
    expect(await machine().out('grep -c volumes/memory /proc/mounts; true')).toBe('0');
    await engine().volumeCreate({ Name: 'broken', DriverOpts: { type: 'nosuch', device: 'x' } });
    expect(await failure(start({ Binds: ['broken:/m'] }))).toMatch(
      /^error while mounting volume '.*_data': failed to mount local volume: mount x:.*_data, data: .*$/,
    );
  });

  test('over a file it is refused', async () => {
    expect(await failure(start({}, { Volumes: { '/bin/busybox': {} } }))).toContain(
      'cannot mount volume over existing file, file exists',
    );
    expect((await engine().volumeList()).Volumes.length).toBeLessThan(2);
  });
});

/** An image's tree at /image. */
function mounted(options: object = {}): HostConfig {
  return { Mounts: [{ Type: 'image', Source: 'hello-world', Target: '/image', ...options }] };
}

function made(Target: string, Subpath = ''): Mount {
  return { Type: 'image', Source: 'made', Target, ImageOptions: { Subpath } };
}

describe('images', () => {
  beforeAll(async () => {
    await machine().out('docker pull hello-world');
  });

  test('are seen as they are, and not written', async () => {
    const id = await start(mounted());
    expect(await exec(id, 'ls -A /image; touch /image/x')).toBe(
      'hello\ntouch: /image/x: Read-only file system',
    );
    expect((await engine().containerInspect(id)).Mounts).toMatchObject([
      { Type: 'image', Name: 'hello-world', Destination: '/image', RW: false, Propagation: 'rprivate' },
    ]);
    expect(await machine().out('cut -d" " -f2 /proc/mounts')).not.toContain('/run/bottleship/root');
    const later = await start({ VolumesFrom: [id] });
    expect(await exec(later, 'ls /image')).toBe('hello');
  });

  test('of many layers, also twice, and a part of one', async () => {
    const maker = await start();
    await exec(maker, 'mkdir -p /part/below; echo new > /part/file; rm /bin/vi; ln -s /etc /part/out');
    await engine().containerCommit(maker, { repo: 'made' });
    const Mounts = [made('/one'), made('/two', 'part'), made('/three', 'part/file')];
    const script = 'ls /one/part /two; cat /three; ls /one/bin/sh; ls /one/bin/vi 2>&1';
    expect(await run({ Mounts }, script)).toBe(
      '/one/part:\nbelow\nfile\nout\n\n/two:\nbelow\nfile\nout\nnew\n/one/bin/sh\nls: /one/bin/vi: No such file or directory',
    );
    expect(await failure(start({ Mounts: [made('/x', 'part/out')] }))).toContain(
      'escapes the base directory',
    );
    expect(await failure(start({ Mounts: [made('/x', 'gone')] }))).toContain('cannot access path');
  });

  test('stay while a container has them', async () => {
    const id = await start(mounted());
    const refused = await failure(engine().imageDelete('hello-world'));
    expect(refused).toContain(`container ${id.slice(0, 12)} is using its referenced image`);
    await engine().containerStop(id, { timeout: 0 });
    await engine().imageDelete('hello-world', { force: true });
    await engine().containerStart(id);
    expect(await exec(id, 'ls /image')).toBe('hello');
  });

  test('that are not here', async () => {
    expect(await failure(start(mounted({ Source: 'not-here' })))).toBe('No such image: not-here:latest');
  });
});

describe('tmpfs, devices, paths', () => {
  test('tmpfs by both ways', async () => {
    const host: HostConfig = {
      Tmpfs: { '/a': 'size=1m,exec' },
      Mounts: [{ Type: 'tmpfs', Target: '/b', TmpfsOptions: { SizeBytes: 2 << 20, Mode: 0o700 } }],
    };
    expect(await run(host, "mount | grep ' /a '; mount | grep ' /b '; stat -c %a /b")).toMatch(
      /tmpfs on \/a type tmpfs \(rw,nosuid,nodev,.*size=1024k.*\)\ntmpfs on \/b type tmpfs \(rw,nosuid,nodev,noexec,.*size=2048k,mode=700.*\)\n700$/,
    );
  });

  test('--device makes the node and allows it', async () => {
    expect(await run({ CapAdd: ['MKNOD'] }, 'mknod /d b 8 0; head -c 1 /d')).toContain(
      'Operation not permitted',
    );
    const read = 'head -c 1 /dev/disk | wc -c; echo x > /dev/disk';
    expect(await run(device('/dev/sda', 'r'), read)).toMatch(/^1\n.*not permitted$/);
    expect(await failure(start(device('/dev/nosuch', 'rwm')))).toBe(
      'error gathering device information while adding custom device "/dev/nosuch": no such file or directory',
    );
    expect(await failure(start(device('/etc', 'rwm')))).toContain('not a device node');
    expect(await run({ DeviceCgroupRules: ['b 8:* r'] }, 'mknod /d b 8 0; head -c 1 /d | wc -c')).toBe('1');
  });

  test('masked and read-only paths of one’s own', async () => {
    const host = { MaskedPaths: ['/proc/uptime'], ReadonlyPaths: ['/proc/self'] };
    expect(await run(host, 'cat /proc/uptime; head -c 4 /proc/timer_list > /dev/null && echo seen')).toBe(
      'seen',
    );
  });
});

describe('namespaces', () => {
  test('of another container: processes, network, shared memory', async () => {
    const owner = await start(
      { IpcMode: 'shareable' },
      { Hostname: 'owner', Cmd: ['sleep', '4321'] },
      'owner',
    );
    await exec(owner, 'echo shared > /dev/shm/note');
    const id = await start({
      PidMode: 'container:owner',
      IpcMode: 'container:owner',
      NetworkMode: 'container:owner',
    });
    expect(
      await exec(id, 'ps -o args | grep -c "sleep 4321$"; cat /dev/shm/note; hostname; cat /etc/hostname'),
    ).toBe('1\nshared\nowner\nowner');
    const net = 'readlink /proc/self/ns/net; readlink /proc/self/ns/ipc; readlink /proc/self/ns/pid';
    expect(await exec(id, net)).toBe(await exec(owner, net));
    expect((await engine().containerInspect(id)).HostConfig).toMatchObject({
      PidMode: `container:${owner}`,
      NetworkMode: `container:${owner}`,
    });
    await engine().containerStop(id, { timeout: 0 });
    expect((await engine().containerInspect(id)).State.Status).toBe('exited');
    expect(await exec(owner, 'ps -o args | grep -c "sleep 1000$"')).toBe('0');
    await engine().containerStop(owner, { timeout: 0 });
    expect(await failure(engine().containerStart(id))).toBe(
      'cannot join network namespace of a non running container: container owner is exited',
    );
  });

  test('private memory is not to be shared', async () => {
    const owner = await start({}, {}, 'owner');
    expect(await failure(start({ IpcMode: 'container:owner' }))).toBe(
      `failed to join IPC namespace: container ${owner}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    );
  });

  test('of the machine', async () => {
    const host: HostConfig = {
      PidMode: 'host',
      IpcMode: 'host',
      UTSMode: 'host',
      NetworkMode: 'host',
      CgroupnsMode: 'host',
    };
    const links = 'for n in pid ipc uts net cgroup; do readlink /proc/self/ns/$n; done';
    const before = await machine().census();
    const id = await start(host);
    expect(await exec(id, links)).toBe(await machine().out(links));
    await exec(id, 'sleep 5555 > /dev/null 2>&1 &');
    expect(await machine().out('ps -o args | grep -c "[s]leep 5555"')).toBe('1');
    await engine().containerStop(id, { timeout: 0 });
    expect(await machine().out('ps -o args | grep -c "[s]leep 5555"; true')).toBe('0');
    await engine().containerDelete(id);
    await expect.poll(async () => (await machine().census()).cgroups).toBe(before.cgroups);
  });

  test('IPC none has no shared memory', async () => {
    expect(await run({ IpcMode: 'none' }, 'ls -d /dev/shm')).toContain('No such file');
  });

  test('a cgroup parent of one’s own, gone again', async () => {
    const id = await start({ CgroupParent: '/mine/../deep/er', CgroupnsMode: 'host' });
    expect(await exec(id, 'cat /proc/self/cgroup')).toBe(`0::/deep/er/${id}`);
    await engine().containerDelete(id, { force: true });
    expect(
      await machine().out(
        'ls -d /sys/fs/cgroup/deep/er/*/ 2>/dev/null; rmdir /sys/fs/cgroup/deep/er /sys/fs/cgroup/deep',
      ),
    ).toBe('');
  });
});

describe('lifecycle', () => {
  test('a stop right after the start reaches a program that listens to it', async () => {
    for (let i = 0; i < 5; i++) {
      const id = await start({}, { Cmd: ['sh', '-c', 'trap "exit 99" TERM; while :; do usleep 1000; done'] });
      await engine().containerStop(id);
      expect((await engine().containerInspect(id)).State.ExitCode).toBe(99);
    }
  });

  test('cgroups that a container has made go with it', async () => {
    const before = await machine().census();
    const id = await start({ SecurityOpt: ['writable-cgroups'] });
    await exec(
      id,
      'mkdir -p /sys/fs/cgroup/a/b; sleep 1000 > /dev/null 2>&1 & echo $! > /sys/fs/cgroup/a/b/cgroup.procs',
    );
    await engine().containerStop(id, { timeout: 0 });
    await expect.poll(async () => (await machine().census()).cgroups).toBe(before.cgroups);
    expect(await run({}, 'mkdir /sys/fs/cgroup/a')).toContain('Read-only file system');
  });

  test('a working directory is made with the container, and is no file', async () => {
    const { Id } = await engine().containerCreate({ Image: 'busybox', WorkingDir: '/a/b' });
    expect((await engine().containerPathStat(Id, '/a/b')).name).toBe('b');
    await expect(
      engine().containerCreate({ Image: 'busybox', WorkingDir: '/bin/cat' }),
    ).rejects.toMatchObject({
      status: 500,
      message: 'Cannot mkdir: /bin/cat is not a directory',
    });
  });

  test('restart keeps what --rm would take away', async () => {
    const id = await start({ AutoRemove: true, Binds: ['/anon'] });
    await exec(id, 'echo here > /file; echo there > /anon/file');
    await engine().containerRestart(id, { timeout: 0 });
    expect(await exec(id, 'cat /file /anon/file')).toBe('here\nthere');
    await engine().containerStop(id, { timeout: 0 });
    expect(await failure(engine().containerInspect(id))).toBe(`No such container: ${id}`);
    expect((await engine().volumeList()).Volumes).toEqual([]);
  });

  test('update reaches the cgroup of what runs', async () => {
    const id = await start({ Memory: 64 << 20 });
    expect(await failure(engine().containerUpdate(id, { Memory: 256 << 20 }))).toBe(
      `Cannot update container ${id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`,
    );
    await engine().containerUpdate(id, { Memory: 32 << 20, NanoCpus: 5e8, PidsLimit: 50, CpuShares: 2 });
    expect(
      await exec(id, 'cd /sys/fs/cgroup; cat memory.max memory.swap.max cpu.max pids.max cpu.weight'),
    ).toBe(`${32 << 20}\n${96 << 20}\n50000 100000\n50\n1`);
    await engine().containerUpdate(id, {
      PidsLimit: -1,
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
    });
    expect(await exec(id, 'cat /sys/fs/cgroup/pids.max')).toBe('max');
    expect((await engine().containerInspect(id)).HostConfig.RestartPolicy).toEqual({
      Name: 'always',
      MaximumRetryCount: 0,
    });
  });

  test('what is not all of a limit is refused, and nothing is changed', async () => {
    const id = await start({ Memory: 300 << 20, MemorySwap: 400 << 20 });
    expect(await failure(engine().containerUpdate(id, { MemorySwap: 200 << 20 }))).toBe(
      `Cannot update container ${id}: runc did not terminate successfully: exit status 1: memory+swap limit should be >= memory limit`,
    );
    expect((await engine().containerInspect(id)).HostConfig.MemorySwap).toBe(400 << 20);
    expect(await exec(id, 'cat /sys/fs/cgroup/memory.swap.max')).toBe(String(100 << 20));
  });

  test('cgroups that a container has made go with it', async () => {
    const id = await start({ Privileged: true });
    expect(await exec(id, 'mkdir -p /sys/fs/cgroup/a/b /sys/fs/cgroup/c && ls -d /sys/fs/cgroup/a/b')).toBe(
      '/sys/fs/cgroup/a/b',
    );
    await engine().containerStop(id, { timeout: 0 });
    await engine().containerStart(id);
    expect(await exec(id, 'ls -d /sys/fs/cgroup/a 2>&1')).toContain('No such file');
  });

  test('prune tells the bytes', async () => {
    const id = await start();
    await exec(id, 'head -c 5000 /dev/zero > /zeros');
    await engine().containerStop(id, { timeout: 0 });
    const running = await start();
    expect(await engine().containerPrune()).toEqual({ ContainersDeleted: [id], SpaceReclaimed: 5000 });
    expect((await engine().containerList()).map(({ Id }) => Id)).toEqual([running]);
  });
});

describe('what the engine brings into a container', () => {
  test('its files are on top of a volume, below a file of the user’s, and read only with the root', async () => {
    const { Name } = await engine().volumeCreate({});
    const Dns = ['127.0.0.9'];
    expect(await run({ Binds: [`${Name}:/etc`], Dns }, 'grep ^nameserver /etc/resolv.conf')).toBe(
      'nameserver 127.0.0.9',
    );
    expect(await run({ Binds: ['/etc/passwd:/etc/resolv.conf'], Dns }, 'head -c 4 /etc/resolv.conf')).toBe(
      'root',
    );
    expect(await run({ ReadonlyRootfs: true }, 'touch /etc/hosts /etc/hostname 2>&1')).toBe(
      'touch: /etc/hosts: Read-only file system\ntouch: /etc/hostname: Read-only file system',
    );
  });

  test('those of a network that others share are its owner’s', async () => {
    const first = await start({}, { Hostname: 'owner' });
    const second = await start({ NetworkMode: `container:${first}` });
    const third = await start({ NetworkMode: `container:${second}` });
    expect(await exec(third, 'cat /etc/hostname')).toBe('owner');
  });

  test('mounts are called and propagate as on other hosts', async () => {
    expect(await run({}, 'mount | grep shm')).toBe(
      'shm on /dev/shm type tmpfs (rw,nosuid,nodev,noexec,relatime,size=65536k)',
    );
    const Tmpfs = { '/tmp': 'shared', '/run': '' };
    expect(
      await run({ Tmpfs }, "grep -E ' /(tmp|run) ' /proc/self/mountinfo | cut -d' ' -f5,7 | cut -d: -f1"),
    ).toBe('/tmp shared\n/run -');
    const Devices = [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }];
    expect(await run({ Devices }, 'stat -c %a /dev/fuse')).toBe('666');
  });

  test('a home where none is set, and nobody who cannot be', async () => {
    expect(await run({}, 'echo $HOME', { Env: ['HOME='] })).toBe('/root');
    expect(await failure(run({}, 'true', { User: '-1' }))).toContain(
      'uids and gids must be in range 0-2147483647',
    );
  });

  test('the working directory of a container that has not run yet', async () => {
    const { Id } = await engine().containerCreate({ Image: 'busybox', WorkingDir: '/home/foo/bar' }, {});
    expect(await engine().containerPathStat(Id, '/home/foo/bar')).toMatchObject({ name: 'bar' });
  });

  test('logs can be sent nowhere', async () => {
    const prefix = 'failed to create task for container: failed to initialize logging driver:';
    expect(await failure(start({ LogConfig: { Type: 'splunk', Config: {} } }))).toBe(
      `${prefix} splunk: splunk-url is expected`,
    );
    expect(await failure(start({ LogConfig: { Type: 'syslog', Config: {} } }))).toBe(
      `${prefix} syslog: logs can be kept on this machine only`,
    );
  });
});
