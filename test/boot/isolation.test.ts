/** What a container can see and do, tried from inside. */
import { beforeAll, describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const sh = (script: string) => machine().sh(script);
const out = (script: string) => machine().out(script);
/** Runs a script in a fresh container; the script must not hold single quotes. */
const inside = (script: string, options = '') => sh(`docker run --rm ${options} busybox sh -c '${script}'`);
const seen = async (script: string, options = '') => (await inside(script, options)).stdout.trim();

beforeAll(() => out('docker pull -q busybox'));

describe('a container sees only what is its own', () => {
  test('processes', async () => {
    await out('docker run -d --name other busybox sleep 4242');
    const processes = await seen('ps -o pid,args');
    expect(processes).toMatch(/^ +1 .*sh -c/m);
    expect(processes).not.toContain('4242');
    expect(await seen('ls -d /proc/[0-9]* | wc -l')).toMatch(/^[23]$/);
    await out('docker rm -f other');
  });

  test('hostname, also after it was changed', async () => {
    expect(await seen('hostname', '-h own-name')).toBe('own-name');
    await inside('hostname taken', '--privileged');
    expect(await out('hostname')).toBe('bottleship');
  });

  test('mounts: neither the layers nor the disk nor the sockets of the machine', async () => {
    expect(await seen('cut -d" " -f2 /proc/self/mounts | sort')).not.toMatch(/bottleship|docker/);
    expect(await seen('ls -A /run/bottleship /var/lib/docker 2>&1')).not.toMatch(/sock|overlay2/);
    expect(await seen('cut -d" " -f3 /proc/self/mounts')).not.toContain('9p');
  });

  test('network devices', async () => {
    expect(await seen('ls /sys/class/net', '--network none')).toBe('lo');
    expect(await seen('ls /sys/class/net')).toBe('eth0\nlo');
    expect(await seen('cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d " " | sort')).toBe('eth0\nlo');
  });

  test('shared memory and message queues', async () => {
    await out('docker run -d --name keeper busybox sh -c "echo secret > /dev/shm/kept; sleep 1000"');
    expect(await seen('ls -A /dev/shm /dev/mqueue')).not.toContain('kept');
    await out('docker rm -f keeper');
  });

  test('its own cgroup, read-only', async () => {
    expect(await seen('cat /proc/self/cgroup')).toBe('0::/');
    expect(await seen('echo 1 > /sys/fs/cgroup/cgroup.freeze; mkdir /sys/fs/cgroup/x || echo refused')).toBe(
      'refused',
    );
  });

  test('descriptors: nothing is inherited beyond the three', async () => {
    await out('docker run -d --name sleeper busybox sleep 1000');
    expect(await out('docker exec sleeper ls /proc/1/fd | tr "\\n" " "')).toBe('0 1 2 ');
    // The third is the folder that is being read.
    expect(await out('docker exec sleeper ls /proc/self/fd | tr "\\n" " "')).toBe('0 1 2 3 ');
    await out('docker rm -f sleeper');
  });
});

describe('a container cannot', () => {
  test.each([
    ['mount', 'mount -t tmpfs none /tmp'],
    ['bind', 'mount -o bind /etc /tmp'],
    ['unmount its masks', 'umount /proc/interrupts'],
    ['make namespaces', 'unshare -m true'],
    ['make a user namespace', 'unshare -U true'],
    ['set the clock', 'date -s 2001-01-01 > /dev/null; test $(date +%Y) = 2001'],
    ['load a module', 'touch /tmp/m.ko; insmod /tmp/m.ko'],
    ['write sysrq-trigger', 'echo h > /proc/sysrq-trigger'],
    ['write kernel settings', 'echo 1 > /proc/sys/vm/drop_caches'],
    ['write /sys', 'echo 1 > /sys/kernel/mm/ksm/run || echo x > /sys/x'],
    ['read the kernel log', 'dmesg'],
    ['reboot', 'reboot -f'],
    ['open the disk', 'mknod /tmp/sda b 8 0 && cat /tmp/sda > /dev/null'],
    ['open memory', 'mknod /tmp/mem c 1 1 && cat /tmp/mem > /dev/null'],
    ['open the channel', 'mknod /tmp/p c 253 1 && echo x > /tmp/p'],
    ['raise its limits', 'ulimit -Hn 2000000'],
    ['configure the network', 'ip link set lo down'],
    ['nice itself up', 'nice -n -5 true'],
  ])('%s', async (_, script) => {
    const { code, stderr } = await inside(script);
    expect(stderr).not.toBe('');
    expect(code).not.toBe(0);
  });

  test('leave its root', async () => {
    expect(await seen('cd /../../..; ls bin/sh; cat /proc/1/root/etc/hostname', '-h inner')).toBe(
      'bin/sh\ninner',
    );
  });

  test('reach what another container has written', async () => {
    await out('docker run -d --name writer busybox sh -c "echo secret > /only-here; sleep 1000"');
    expect(await seen('ls /; find / -xdev -name only-here')).not.toContain('only-here');
    await out('docker rm -f writer');
  });

  test('gain privileges', async () => {
    const status = await seen('grep -E "^(CapEff|CapBnd|CapAmb|Seccomp|NoNewPrivs):" /proc/self/status');
    expect(status.split('\n').map((line) => line.split('\t'))).toEqual([
      ['CapEff:', '00000000a80425fb'],
      ['CapBnd:', '00000000a80425fb'],
      ['CapAmb:', '0000000000000000'],
      ['NoNewPrivs:', '0'],
      ['Seccomp:', '2'],
    ]);
    const option = '--security-opt no-new-privileges';
    expect(await seen('grep NoNewPrivs /proc/self/status', option)).toBe('NoNewPrivs:\t1');
  });

  test('see the agent on its way in', async () => {
    await out(
      'docker run -d --name watcher busybox sh -c "while :; do ls -l /proc/[0-9]*/exe; done > /seen 2> /dev/null"',
    );
    for (let i = 0; i < 10; i++) await out('docker exec watcher true');
    expect(await out('docker exec watcher grep -c agent /seen || true')).toBe('0');
    await out('docker rm -f watcher');
  });
});

test('a container that is not root has no capability at all', async () => {
  expect(await seen('grep CapEff /proc/self/status', '-u 1000')).toBe('CapEff:\t0000000000000000');
});

const write = (profile: object) => out(`cat > /tmp/profile.json <<'END'\n${JSON.stringify(profile)}\nEND`);
const refusing = (rule: object) =>
  write({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ action: 'SCMP_ACT_ERRNO', ...rule }] });

describe('a seccomp profile of its own', () => {
  const option = '--security-opt seccomp=/tmp/profile.json';

  test('counts instead of the default one', async () => {
    await refusing({ names: ['mkdir', 'mkdirat'], errnoRet: 28 });
    const { code, stderr } = await inside('mkdir /x', option);
    expect(stderr).toContain('No space left on device');
    expect(code).not.toBe(0);
    expect(await seen('unshare -u true && echo made', `${option} --cap-add SYS_ADMIN`)).toBe('made');
  });

  test('looks at arguments, and counts for a further process too', async () => {
    await refusing({ names: ['kill'], args: [{ index: 1, value: 10, op: 'SCMP_CMP_EQ' }] });
    await out(`docker run -d --name filtered ${option} busybox sh -c "trap : USR2; sleep 1000"`);
    const killed = await sh('docker exec filtered kill -USR1 1');
    expect(killed.stderr).toContain('Operation not permitted');
    expect(await out('docker exec filtered kill -USR2 1')).toBe('');
    await out('docker rm -f filtered');
  });

  test('may depend on what the container may do', async () => {
    await refusing({ names: ['mkdir', 'mkdirat'], excludes: { caps: ['CAP_SYS_ADMIN'] } });
    expect((await inside('mkdir /x', option)).code).not.toBe(0);
    expect((await inside('mkdir /x', `${option} --cap-add SYS_ADMIN`)).code).toBe(0);
    expect((await inside('mkdir /x', `${option} --privileged`)).code).toBe(0);
  });

  test("that is none is refused in runc's words", async () => {
    await write({ defaultAction: 'SCMP_ACT_FOO' });
    const { code, stderr } = await inside('true', option);
    expect(code).toBe(125);
    expect(stderr).toContain('runc create failed: string SCMP_ACT_FOO is not a valid action for seccomp');
  });
});
