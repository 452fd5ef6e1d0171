/** `docker run` from the guest's shell: what it prints, where, and its exit codes. Texts: ../shared/golden/cli.txt. */
import { describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const run = (options: string) => machine().out(`docker run --rm ${options}`);

describe('the first use of an image', () => {
  test('pulls it, and says so on stderr', async () => {
    const { code, stdout, stderr } = await machine().sh('docker run hello-world');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\nHello from Docker!\n/);
    expect(stderr).toMatch(
      /^Unable to find image 'hello-world:latest' locally\nlatest: Pulling from library\/hello-world\n([0-9a-f]{12}): Pulling fs layer\n(\1: .*\n)*\1: Pull complete\nDigest: sha256:[0-9a-f]{64}\nStatus: Downloaded newer image for hello-world:latest\n$/,
    );
  });

  test('the second one asks for nothing', async () => {
    const before = machine().requests.length;
    expect(before).toBeGreaterThan(0);
    expect((await machine().sh('docker run --rm hello-world')).stderr).toBe('');
    expect(machine().requests.length).toBe(before);
  });

  test('shows on the status line, to its end', async () => {
    await machine().out('docker pull -q busybox');
    const pulling = machine().statuses.filter((status) => status.phase === 'pulling');
    const last = pulling.at(-1);
    expect(last).toMatchObject({ image: 'busybox:latest' });
    expect(last?.received).toBe(last?.total);
    expect(machine().statuses.at(-1)).toEqual({ phase: 'idle' });
  });

  test('an unknown one is an error', async () => {
    const { code, stdout, stderr } = await machine().sh('docker run nosuchimage');
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
    expect(stderr).toContain("Unable to find image 'nosuchimage:latest' locally\n");
    expect(stderr).toContain('docker: Error response from daemon: pull access denied for nosuchimage');
    expect(stderr).toContain("Run 'docker run --help' for more information\n");
  });
});

describe('exit codes', () => {
  test.for([0, 1, 3, 255])('%i of the program', async (code) => {
    expect((await machine().sh(`docker run --rm busybox sh -c "exit ${code}"`)).code).toBe(code);
  });

  test('a program that is killed: 128 and the signal', async () => {
    expect(
      (await machine().sh('docker run --rm busybox sh -c "sh -c \'kill -9 \\$\\$\'; exit \\$?"')).code,
    ).toBe(137);
  });

  const prefix =
    'docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';
  const hint = "\n\nRun 'docker run --help' for more information\n";

  test('127: no such program', async () => {
    expect(await machine().sh('docker run --rm busybox nosuchcmd')).toEqual({
      code: 127,
      stdout: '',
      stderr: `${prefix}exec: "nosuchcmd": executable file not found in $PATH${hint}`,
    });
    expect(await machine().sh('docker run --rm busybox /no/such')).toEqual({
      code: 127,
      stdout: '',
      stderr: `${prefix}exec: "/no/such": stat /no/such: no such file or directory${hint}`,
    });
  });

  test('126: not a program', async () => {
    for (const path of ['/etc', '/etc/passwd']) {
      expect(await machine().sh(`docker run --rm busybox ${path}`)).toEqual({
        code: 126,
        stdout: '',
        stderr: `${prefix}exec: "${path}": permission denied${hint}`,
      });
    }
  });

  test('125: wrong flags', async () => {
    expect(await machine().sh('docker run --rm --nosuchflag busybox')).toEqual({
      code: 125,
      stdout: '',
      stderr:
        "unknown flag: --nosuchflag\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n",
    });
  });

  test('a failed start leaves a container that says why', async () => {
    await machine().sh('docker run --name broken busybox nosuchcmd');
    expect(
      await machine().out(
        "docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}' broken",
      ),
    ).toMatch(/^created 127 .*executable file not found/);
    await machine().out('docker rm broken');
  });

  test('a name that is taken', async () => {
    const id = await machine().out('docker create --name taken busybox true');
    expect(await machine().sh('docker run --name taken busybox true')).toEqual({
      code: 125,
      stdout: '',
      stderr: `docker: Error response from daemon: Conflict. The container name "/taken" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.\n\nRun 'docker run --help' for more information\n`,
    });
    await machine().out('docker rm taken');
  });
});

describe('streams', () => {
  test('stdout and stderr stay apart', async () => {
    expect(await machine().sh('docker run --rm busybox sh -c "echo out; echo err >&2; exit 4"')).toEqual({
      code: 4,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('-i carries stdin to its end, without it there is none', async () => {
    expect(await machine().out('printf "b\\na\\n" | docker run -i --rm busybox sort')).toBe('a\nb');
    expect(await machine().out('echo unread | docker run --rm busybox wc -c')).toBe('0');
  });

  test('a file of a megabyte goes through a container unchanged', async () => {
    await machine().out('dd if=/dev/urandom of=/tmp/mega bs=64k count=16 2>/dev/null');
    const sums = await machine().out(
      'sha256sum < /tmp/mega; docker run -i --rm busybox cat < /tmp/mega | sha256sum',
    );
    const [before, after] = sums.split('\n');
    expect(after).toBe(before);
  });

  test('-t without a terminal on stdin is refused', async () => {
    const { code, stderr } = await machine().sh('docker run -it --rm busybox true');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'the input device is not a TTY\n' });
  });
});

describe('options', () => {
  test('-e, from the shell and from its environment', async () => {
    const text = await machine().out(
      'export FROM=here; docker run --rm -e A=1 -e "B=two words" -e FROM -e UNSET busybox env',
    );
    const lines = text.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['A=1', 'B=two words', 'FROM=here', 'HOME=/root']));
    expect(text).not.toContain('UNSET');
  });

  test('-w, which is made when it is missing', async () => {
    expect(await run('-w /a/new/folder busybox pwd')).toBe('/a/new/folder');
  });

  test('-u, by number and by name', async () => {
    expect(await run('-u 1000:1001 busybox id')).toMatch(/^uid=1000 gid=1001/);
    expect(await run('-u nobody busybox sh -c "id -un; id -u"')).toMatch(/^nobody\n\d+$/);
    const { code, stderr } = await machine().sh('docker run --rm -u nosuchuser busybox id');
    expect(code).toBe(125);
    expect(stderr).toContain('unable to find user nosuchuser: no matching entries in passwd file');
  });

  test('a user who is not root has no capabilities and may not write to the root', async () => {
    expect(
      await run('-u 1000 busybox sh -c "grep CapEff /proc/self/status; touch /x 2>&1 || echo refused"'),
    ).toMatch(/CapEff:\s0{16}\n.*Permission denied\nrefused/);
  });

  test('--entrypoint', async () => {
    expect(await run('--entrypoint echo busybox one two')).toBe('one two');
    expect(await run('--entrypoint /bin/sh busybox -c "echo \\$0 \\$1" zero one')).toBe('zero one');
  });

  test('-h', async () => {
    expect(await run('-h ship busybox sh -c "hostname; cat /etc/hostname"')).toBe('ship\nship');
  });

  test('the hostname is the short ID otherwise', async () => {
    const id = await machine().out('docker run -d busybox hostname');
    await machine().out(`docker wait ${id}`);
    expect(await machine().out(`docker logs ${id}; docker rm ${id} > /dev/null`)).toBe(id.slice(0, 12));
  });

  test('--name', async () => {
    await machine().out('docker run --name shipshape busybox true');
    expect(
      await machine().out("docker ps -a --filter name=shipshape --format '{{.Names}} {{.Status}}'"),
    ).toMatch(/^shipshape Exited \(0\)/);
    expect(await machine().out('docker rm shipshape')).toBe('shipshape');
  });

  test('--read-only with --tmpfs', async () => {
    expect(
      await run(
        '--read-only --tmpfs /scratch:size=64k busybox sh -c "touch /x 2>&1; touch /dev/shm/y && echo x > /scratch/z && cat /scratch/z; dd if=/dev/zero of=/scratch/big bs=1k count=128 2>&1 | grep -o \'No space left on device\'"',
      ),
    ).toMatch(/Read-only file system\nx\nNo space left on device$/);
  });

  test('--cap-drop and --cap-add', async () => {
    expect(
      (await machine().sh('docker run --rm --cap-drop CHOWN busybox chown 1 /etc/passwd')).stderr,
    ).toContain('Operation not permitted');
    expect(await run('--cap-drop ALL busybox grep CapBnd /proc/self/status')).toMatch(/\t0{16}$/);
    expect(
      await run(
        '--cap-add SYS_ADMIN busybox sh -c "mount -t tmpfs none /mnt 2>/dev/null || mkdir /mnt && mount -t tmpfs none /mnt && grep -c \' /mnt \' /proc/mounts"',
      ),
    ).toBe('1');
  });

  test('--privileged', async () => {
    expect(
      await run(
        '--privileged busybox sh -c "mkdir -p /mnt; mount -t tmpfs none /mnt && echo mounted; ls /dev/sda; grep CapEff /proc/self/status"',
      ),
    ).toMatch(/^mounted\n\/dev\/sda\nCapEff:\t000001f{10}$/);
  });

  test('--init is process 1 and reaps', async () => {
    const text = await run(
      '--init busybox sh -c "cat /proc/1/comm; (sleep 0.1 &) ; sleep 1; grep -l \'State:.Z\' /proc/[0-9]*/status | wc -l"',
    );
    expect(text).toBe('docker-init\n0');
  });

  test('--init passes signals on', async () => {
    await machine().out(
      'docker run -d --init --name inited busybox sh -c "trap \'echo caught; exit 5\' TERM; echo set; while :; do sleep 0.1; done"',
    );
    await machine().until('docker logs inited', 'set');
    await machine().out('docker stop inited');
    expect(
      await machine().out(
        "docker logs inited; docker inspect -f '{{.State.ExitCode}}' inited; docker rm inited",
      ),
    ).toBe('set\ncaught\n5\ninited');
  });

  test('--ulimit, --shm-size, --sysctl, --cpus', async () => {
    expect(await run('--ulimit nofile=77:88 busybox sh -c "ulimit -n; ulimit -Hn"')).toBe('77\n88');
    expect(await run('--shm-size 1m busybox sh -c "grep /dev/shm /proc/mounts"')).toContain('size=1024k');
    expect(await run('--sysctl net.ipv4.ip_forward=1 busybox cat /proc/sys/net/ipv4/ip_forward')).toBe('1');
    expect(await run('--cpus 0.5 busybox cat /sys/fs/cgroup/cpu.max')).toBe('50000 100000');
  });

  test('--cidfile writes a file of the guest', async () => {
    const id = await machine().out('docker run -d --cidfile /tmp/cid busybox true');
    expect(await machine().out('cat /tmp/cid; rm /tmp/cid')).toBe(id);
    await machine().out(`docker wait ${id}; docker rm ${id}`);
  });

  test('one that is not served yet says so', async () => {
    const { code, stderr } = await machine().sh('docker compose up');
    expect(code).toBe(1);
    expect(stderr).toContain("'docker compose' is not available yet");
  });
});

describe('pipes and scripts', () => {
  test('docker rm $(docker ps -aq), docker ps -q | wc -l', async () => {
    await machine().sh('docker rm -f $(docker ps -aq)');
    await machine().out('for i in 1 2 3; do docker run -d busybox sleep 1000; done');
    await machine().out('docker run busybox true');
    expect(await machine().out('docker ps -q | wc -l')).toBe('3');
    expect(await machine().out('docker ps -aq | wc -l')).toBe('4');
    expect((await machine().out('docker rm -f $(docker ps -aq)')).split('\n').length).toBe(4);
    expect(await machine().out('docker ps -a')).toBe(
      'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES',
    );
  });

  test('containers on both sides of a pipe', async () => {
    expect(
      await machine().out(
        'docker run --rm busybox seq 1 1000 | docker run -i --rm busybox grep 7 | docker run -i --rm busybox wc -l',
      ),
    ).toBe('271');
  });

  test('a script with conditions and loops', async () => {
    const script = `
set -e
id=$(docker run -d busybox sh -c 'sleep 0.2; exit 6')
if [ "$(docker wait $id)" = 6 ]; then echo six; fi
for name in a b; do docker run --rm -e NAME=$name busybox sh -c 'echo $NAME'; done
docker run --rm busybox false || echo "was $?"
docker rm $id > /dev/null`;
    expect(await machine().out(script)).toBe('six\na\nb\nwas 1');
  });

  test('a reader that goes away ends the client, and only that', async () => {
    expect(await machine().out('docker run --rm --name endless busybox yes | head -n 1')).toBe('y');
    expect(await machine().out('docker ps --format {{.Names}}')).toBe('endless');
    await machine().out('docker kill endless');
    await machine().until('docker ps -aq | wc -l', '0');
  });
});
