/**
 * Ways out of a container that have worked elsewhere, and raw system calls, made with the agent's own interpreter: the
 * same calls are made in the machine's shell to see that it is the container that refuses them.
 */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const out = (script: string, input?: string) => machine().out(script, input);
const sh = (script: string) => machine().sh(script);

beforeAll(() => out('docker pull -q busybox'));

afterEach(async () => {
  await sh('docker rm -f $(docker ps -aq)');
});

/** Makes `docker exec probe /agent /probe.js` run the interpreter in a container. */
async function startProbe(options = ''): Promise<void> {
  await out(`docker run -d --name probe ${options} busybox sleep 1000`);
  await out('docker exec -i probe sh -c "cat > /agent; chmod +x /agent" < /bin/agent');
}

const print = 'const print = (text) => { const b = encode(text); syscall(4, 1, b, b.byteLength - 1); };\n';

/** What the script prints, run in the probe. */
async function inProbe(script: string): Promise<string> {
  await out('docker exec -i probe sh -c "cat > /probe.js"', print + script);
  return out('docker exec probe /agent /probe.js');
}

/** What the script prints, run as root of the machine. */
async function outside(script: string): Promise<string> {
  await out('cat > /tmp/probe.js', print + script);
  return out('/bin/agent /tmp/probe.js');
}

describe('a path of the container does not lead out through the agent’s descriptors', () => {
  const numbers = Array.from({ length: 22 }, (_, i) => i + 3);
  const script = (command: string) =>
    `for i in ${numbers.join(' ')}; do ${command.replaceAll('N', '$i')}; done 2> /dev/null; true`;

  test('working directory of run (CVE-2024-21626)', async () => {
    expect(await out(script('docker run --rm -w /proc/self/fd/N busybox ls ../../../../..'))).toBe('');
  });

  test('working directory of exec', async () => {
    await out('docker run -d --name probe busybox sleep 1000');
    expect(
      await sh(script('docker exec -w /proc/self/fd/N probe ls -a | grep -v "runtime exec failed"')),
    ).toMatchObject({
      stdout: '',
    });
    // It is looked for, and found where it is.
    expect(await out('docker exec -w /proc/self/cwd/etc probe pwd')).toBe('/etc');
  });

  test('a folder that would be made', async () => {
    await sh(script('docker run --rm -w /proc/self/fd/N/../../../../../../../tmp/made busybox true'));
    await sh(script('docker run --rm --tmpfs /proc/self/fd/N/../../../../../../../tmp/made busybox true'));
    expect(await out('ls /tmp')).not.toContain('made');
  });

  test('a program', async () => {
    expect(
      await out(script('docker run --rm busybox /proc/self/fd/N/../../../../../../bin/busybox echo out')),
    ).toBe('');
  });
});

describe('the machine’s files that a container comes to hold', () => {
  test('the agent as /proc/self/exe (CVE-2019-5736) cannot be written or changed', async () => {
    const before = await out('ls -l /bin/agent; sha256sum /bin/agent');
    await startProbe();
    await out(
      'docker exec -i probe sh -c "cat > /wait.js"',
      'for (;;) syscall(162, new Int32Array([1000, 0]), null);',
    );
    await out('docker exec -d probe /proc/self/exe /wait.js');
    const held = '/proc/$(ps -o pid,args | sed -n "s/^ *\\([0-9]*\\) .*[w]ait.js/\\1/p")/exe';
    await machine().until(`docker exec probe sh -c 'readlink ${held}'`, '/bin/agent');
    for (const attempt of [
      `echo x > ${held}`,
      `chmod 0 ${held}`,
      `chown 5 ${held}`,
      `dd if=/etc/passwd of=${held}`,
    ]) {
      expect(await sh(`docker exec probe sh -c '${attempt}'`), attempt).toMatchObject({
        stderr: expect.stringMatching(/Operation not permitted|Text file busy|Permission denied/) as string,
      });
    }
    expect(await out('ls -l /bin/agent; sha256sum /bin/agent')).toBe(before);
  });

  test('docker-init', async () => {
    const before = await out('ls -l /bin/docker-init');
    const attempts =
      'chmod 0 /sbin/docker-init; chown 5 /sbin/docker-init; echo x > /sbin/docker-init; rm -f /sbin/docker-init';
    const { stderr } = await sh(`docker run --rm --init busybox sh -c '${attempts}'`);
    expect(stderr.trim().split('\n').length).toBe(4);
    expect(await out('ls -l /bin/docker-init; docker run --rm --init busybox echo works')).toBe(
      `${before}\nworks`,
    );
  });

  test('chroot does not lead out of the root', async () => {
    await startProbe();
    const script = `
syscall(39, '/jail', 0o755);
const here = syscall(5, '/', 0, 0);
if (syscall(61, '/jail') !== 0) throw new Error('chroot');
syscall(133, here);
for (let i = 0; i < 50; i++) syscall(12, '..');
syscall(61, '.');
print(String(syscall(195, '/jail', new Uint8Array(200))) + ' ' + String(syscall(195, '/run/bottleship', new Uint8Array(200))));`;
    expect(await inProbe(script)).toBe('0 -2');
  });

  test('the machine’s sockets, by path and by abstract name', async () => {
    expect(
      await out('docker run --rm busybox sh -c "find / -xdev -type s; cat /proc/net/unix | wc -l"'),
    ).toBe('1');
  });
});

describe('system calls that a container may not make', () => {
  const bytes = 'new Uint8Array(256)';
  const calls: [name: string, call: string][] = [
    ['mount', "21, 'none', '/tmp', 'tmpfs', 0, null"],
    ['umount2', "52, '/proc', 2"],
    ['pivot_root', "217, '/', '/'"],
    ['fsopen', "430, 'tmpfs', 0"],
    ['open_tree', "428, -100, '/', 1"],
    ['unshare CLONE_NEWNS', '310, 0x20000'],
    ['unshare CLONE_NEWUSER', '310, 0x10000000'],
    ['setns', '346, 0, 0'],
    ['ptrace of process 1 of the machine', '26, 16, 99999, 0, 0'],
    ['keyctl', '288, 0, -3, 1'],
    ['add_key', "286, 'user', 'name', 'value', 5, -3"],
    ['request_key', "287, 'user', 'name', null, -3"],
    ['iopl', '110, 3'],
    ['ioperm', '101, 0x64, 1, 1'],
    ['clock_settime', '264, 0, new Int32Array([1000000000, 0])'],
    ['settimeofday', '79, new Int32Array([1000000000, 0]), null'],
    ['stime', '25, new Int32Array([1000000000])'],
    ['init_module', `128, ${bytes}, 256, ''`],
    ['delete_module', "129, 'name', 0"],
    ['finit_module', "350, 0, '', 0"],
    ['kexec_load', '283, 0, 0, null, 0'],
    ['reboot', '88, 0xfee1dead, 672274793, 0x89abcdef'],
    ['bpf', `357, 5, ${bytes}, 128`],
    ['perf_event_open', `336, ${bytes}, 0, -1, -1, 0`],
    ['open_by_handle_at', `342, -100, ${bytes}, 0`],
    ['swapon', "87, '/tmp', 0"],
    ['acct', '51, null'],
    ['syslog', '103, 3, ' + bytes + ', 256'],
    ['sethostname', "74, 'taken', 5"],
    ['setdomainname', "121, 'taken', 5"],
    ['io_uring_setup', `425, 1, ${bytes}`],
    ['userfaultfd', '374, 0'],
    ['adjtimex', `124, new Uint32Array(64).fill(1)`],
    ['nice', '34, -10'],
  ];
  const script = (list: typeof calls) =>
    `print(JSON.stringify({ ${list.map(([name, call]) => `${JSON.stringify(name)}: syscall(${call})`).join(', ')} }));`;
  const refusals = new Set([-1, -3]);

  test('each is refused', async () => {
    await startProbe();
    const answers = JSON.parse(await inProbe(script(calls))) as Record<string, number>;
    const letThrough = Object.entries(answers).filter(([, answer]) => !refusals.has(answer));
    expect(Object.keys(answers).length).toBe(calls.length);
    expect(letThrough).toEqual([]);
    expect(await out('hostname; date +%Y')).not.toMatch(/taken|2001/);
  });

  test('and by the container: outside the harmless ones are not', async () => {
    const harmless = new Set([
      'fsopen',
      'keyctl',
      'ioperm',
      'syslog',
      'open_tree',
      'request_key',
      'unshare CLONE_NEWNS',
      'bpf',
    ]);
    const answers = JSON.parse(await outside(script(calls.filter(([name]) => harmless.has(name))))) as Record<
      string,
      number
    >;
    const refused = Object.entries(answers).filter(([, answer]) => answer === -1);
    expect(refused).toEqual([]);
  });
});

describe('processes outside', () => {
  test('cannot be seen, signalled or traced', async () => {
    await startProbe('--cap-add SYS_PTRACE --cap-add KILL');
    await out('docker run -d --name other busybox sleep 4321');
    const pid = await out("docker inspect -f '{{.State.Pid}}' other");
    // Every number there may be: nobody answers but those of the container.
    const script = `
const own = [];
for (let pid = 1; pid < 5000; pid++) if (syscall(37, pid, 0) === 0) own.push(pid);
print(own.length + ' ' + syscall(37, ${pid}, 9) + ' ' + syscall(26, 16, ${pid}, 0, 0));`;
    const [count, killed, traced] = (await inProbe(script)).split(' ').map(Number);
    expect(count).toBe(2);
    expect([killed, traced]).toEqual([-3, -3]);
    expect(await out("docker inspect -f '{{.State.Running}}' other")).toBe('true');
  });

  test('kill -9 -1 ends nothing outside', async () => {
    await out('docker run -d --name other busybox sleep 4321');
    await sh('docker run --rm --init busybox sh -c "kill -9 -1"');
    expect(
      await out("docker inspect -f '{{.State.Running}}' other; docker run --rm busybox echo works"),
    ).toBe('true\nworks');
  });
});

const shmget = (key: number, flags: number) =>
  `print(String(syscall(117, 23, ${key}, 4096, ${flags}, null)));`;

describe('System V IPC', () => {
  test('a segment is the container’s alone', async () => {
    await outside(shmget(4711, 0o1666));
    expect(Number(await outside(shmget(4711, 0)))).toBeGreaterThanOrEqual(0);
    await startProbe();
    expect(await inProbe(shmget(4711, 0))).toBe('-2');
    await inProbe(shmget(4712, 0o1666));
    expect(Number(await inProbe(shmget(4712, 0)))).toBeGreaterThanOrEqual(0);
    expect(await outside(shmget(4712, 0))).toBe('-2');
  });
});

describe('devices', () => {
  test('every device of the machine that a container has not is refused, made by itself', async () => {
    const list = await out(
      'for n in sda mem kmsg ttyS0 hvc0 vport1p1 vport2p1 vport0p1 console fuse rtc0 port loop-control; do [ -e /dev/$n ] && stat -c "%F %t %T $n" /dev/$n; done; true',
    );
    const devices = list
      .split('\n')
      .map((line) => /(block|character) special file (\w+) (\w+) (.*)/.exec(line));
    expect(devices.length).toBeGreaterThan(4);
    for (const device of devices) {
      if (!device) throw new Error(list);
      const [, kind, major = '', minor = '', name] = device;
      const numbers = `${Number.parseInt(major, 16)} ${Number.parseInt(minor, 16)}`;
      const { stderr } = await sh(
        `docker run --rm busybox sh -c 'mknod /tmp/d ${kind === 'block' ? 'b' : 'c'} ${numbers} && head -c 1 < /tmp/d'`,
      );
      expect(stderr, name).toContain("can't open /tmp/d: Operation not permitted");
    }
  });

  test('a node of somebody else’s terminal leads nowhere', async () => {
    const terminal = await machine().terminal();
    const [, number] = await terminal.run('tty', /pts\/(\d+)/);
    const script = `mknod /tmp/d c 136 ${number} && echo seen > /tmp/d`;
    expect((await sh(`docker run --rm busybox sh -c '${script}'`)).code).not.toBe(0);
    await terminal.run('echo $((6*7))', '42');
    expect(terminal.text).not.toContain('seen');
  });

  test('a container cannot make the machine believe that its kernel has panicked', async () => {
    await sh(
      'docker run --rm busybox sh -c "mknod /tmp/c c 5 1; echo Kernel panic > /tmp/c; echo Kernel panic > /dev/console"',
    );
    expect(await out('docker run --rm busybox echo works')).toBe('works');
    expect(machine().statuses.map(({ phase }) => phase)).not.toContain('failed');
  });
});
