/** Containers in the background: exec, logs, stop, kill, start, rm, inspect, many at once. */
import { afterEach, describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const out = (script: string, input?: string) => machine().out(script, input);
const sh = (script: string, input?: string) => machine().sh(script, input);

afterEach(async () => {
  await sh('docker rm -f $(docker ps -aq)');
});

const ticking = `sh -c 'trap "echo caught; exit 4" TERM; echo set; while :; do sleep 0.1; done'`;

describe('ten containers at once', () => {
  test('run side by side, each with its own output and exit code', async () => {
    const finished = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        sh(`docker run --rm -i -e I=${i} busybox sh -c 'read word; echo "$I $word"; exit $I'`, `word-${i}\n`),
      ),
    );
    expect(finished.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array.from({ length: 10 }, (_, i) => ({ code: i, stdout: `${i} word-${i}\n` })),
    );
  });

  test('are all up, and all answer', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => out(`docker run -d --name c${i} busybox sleep 1000`)),
    );
    expect(await out('docker ps -q | wc -l')).toBe('10');
    const names = await Promise.all(Array.from({ length: 10 }, (_, i) => out(`docker exec c${i} hostname`)));
    expect(new Set(names).size).toBe(10);
    expect((await out('docker stop -t 0 $(docker ps -q)')).split('\n').length).toBe(10);
    expect(await out('docker ps -q')).toBe('');
  });
});

describe('docker exec', () => {
  test('streams, exit codes, pipes', async () => {
    await out('docker run -d --name host busybox sleep 1000');
    expect(await sh('docker exec host sh -c "echo out; echo err >&2; exit 5"')).toEqual({
      code: 5,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await out('docker exec -i host sh -c "cat > /tmp/file; wc -c < /tmp/file"', 'twelve bytes')).toBe(
      '12',
    );
    expect(await out('docker exec host cat /tmp/file | tr a-z A-Z')).toBe('TWELVE BYTES');
    expect(await out('echo lost | docker exec host wc -c')).toBe('0');
  });

  test('user, folder, environment', async () => {
    await out('docker run -d --name host -e FROM=run busybox sleep 1000');
    expect(
      await out(
        'docker exec -u 1000:50 -w /tmp -e MORE=exec host sh -c "id -u; id -g; pwd; echo $FROM $MORE; env" ',
      ),
    ).toMatch(/^1000\n50\n\/tmp\n\n[^]*FROM=run/);
    expect(await out("docker exec -e MORE=exec host sh -c 'echo $FROM $MORE'")).toBe('run exec');
    expect(await sh('docker exec -u nosuchuser host true')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Error response from daemon: unable to find user nosuchuser: no matching entries in passwd file\n',
    });
  });

  test('is in the container: its processes, files, limits', async () => {
    await out('docker run -d --name host -m 64m busybox sleep 1000');
    expect(await out('docker exec host ps -o comm | sort')).toBe('COMMAND\nps\nsleep');
    expect(await out('docker exec host cat /sys/fs/cgroup/memory.max')).toBe(String(64 * 1024 * 1024));
    expect(
      await out('docker exec host sh -c "grep Cap /proc/self/status; grep Seccomp: /proc/self/status"'),
    ).toMatch(/CapBnd:\s00000000a80425fb[^]*Seccomp:\s2/);
  });

  test('failures', async () => {
    await out('docker run -d --name host busybox sleep 1000');
    expect(await sh('docker exec host nosuch')).toEqual({
      code: 127,
      stdout:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH\r\n',
      stderr: '',
    });
    expect((await sh('docker exec host /etc')).code).toBe(126);
    expect(await sh('docker exec nosuch ls')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error response from daemon: No such container: nosuch\n',
    });
    const id = await out("docker inspect -f '{{.Id}}' host; docker kill host > /dev/null");
    expect(await sh('docker exec host ls')).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error response from daemon: container ${id} is not running\n`,
    });
  });

  test('-d goes on by itself', async () => {
    await out('docker run -d --name host busybox sleep 1000');
    expect(await out('docker exec -d host sh -c "echo by itself > /tmp/done"')).toBe('');
    await machine().until('docker exec host cat /tmp/done', 'by itself');
  });

  test('what is executed ends with the container', async () => {
    await out('docker run -d --name host busybox sleep 1000');
    const running = await machine().start('docker exec host sh -c "echo in; sleep 1000"; echo "code $?"');
    const chunks = running.stdout[Symbol.asyncIterator]();
    expect(new TextDecoder().decode((await chunks.next()).value as Uint8Array)).toBe('in\n');
    await out('docker kill host');
    expect(new TextDecoder().decode((await chunks.next()).value as Uint8Array)).toBe('code 137\n');
  });
});

describe('docker logs', () => {
  test('both streams, apart, after the end too', async () => {
    await out(
      'docker run -d --name talker busybox sh -c "echo out; echo err >&2; echo more"; docker wait talker',
    );
    expect(await sh('docker logs talker')).toEqual({ code: 0, stdout: 'out\nmore\n', stderr: 'err\n' });
    expect(await out('docker logs --tail 2 talker 2>&1 | wc -l')).toBe('2');
    expect(await out('docker logs -t talker 2>/dev/null | head -n 1')).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z out$/,
    );
  });

  test('-f follows to the end', async () => {
    await out(
      'docker run -d --name talker busybox sh -c "echo first; cat /go 2>/dev/null; until [ -e /go ]; do sleep 0.1; done; echo last"',
    );
    const following = sh('docker logs -f talker');
    await machine().until('docker logs talker', 'first');
    await out('docker exec talker touch /go');
    expect(await following).toEqual({ code: 0, stdout: 'first\nlast\n', stderr: '' });
  });

  test('-f is ended by Ctrl-C, and the container is not', async () => {
    await out(`docker run -d --name talker busybox ${ticking}`);
    const terminal = await machine().terminal();
    await terminal.run('docker logs -f talker', 'set');
    terminal.type('\x03');
    await terminal.prompt();
    expect(await out("docker inspect -f '{{.State.Running}}' talker")).toBe('true');
  });

  test('of no such container', async () => {
    expect(await sh('docker logs nosuch')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error response from daemon: No such container: nosuch\n',
    });
  });
});

describe('stop, kill, start, rm', () => {
  test('stop asks with SIGTERM', async () => {
    await out(`docker run -d --name asked busybox ${ticking}`);
    await machine().until('docker logs asked', 'set');
    expect(await out('docker stop asked')).toBe('asked');
    expect(
      await out("docker logs asked; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' asked"),
    ).toBe('set\ncaught\nexited 4');
    expect(await out('docker stop asked')).toBe('asked');
  });

  test('and kills what does not listen', async () => {
    await out(`docker run -d --name deaf busybox sh -c 'trap "" TERM; while :; do sleep 1; done'`);
    await out('docker stop -t 1 deaf');
    expect(await out("docker inspect -f '{{.State.ExitCode}}' deaf")).toBe('137');
  });

  test('--stop-signal and -s', async () => {
    await out(
      `docker run -d --name usr --stop-signal USR1 busybox sh -c 'trap "exit 11" USR1; echo set; while :; do sleep 0.1; done'`,
    );
    await machine().until('docker logs usr', 'set');
    await out('docker stop usr');
    expect(await out("docker inspect -f '{{.State.ExitCode}}' usr")).toBe('11');
  });

  test('kill, with a signal', async () => {
    await out('docker run -d --name victim busybox sleep 1000');
    expect(await out('docker kill victim')).toBe('victim');
    expect(await out('docker wait victim')).toBe('137');
    const { code, stderr } = await sh('docker kill victim');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error response from daemon: cannot kill container: victim: container [0-9a-f]{64} is not running\n$/,
    );
    await out(
      `docker run -d --name hup busybox sh -c 'trap "exit 21" HUP; echo set; while :; do sleep 0.1; done'`,
    );
    await machine().until('docker logs hup', 'set');
    await out('docker kill -s HUP hup');
    expect(await out('docker wait hup')).toBe('21');
  });

  test('start again: its files are there, its processes are new', async () => {
    await out('docker run --name again busybox sh -c "date >> /dates; wc -l < /dates"');
    expect(await out('docker start -a again')).toBe('2');
    expect(await out('docker start again; docker wait again; docker logs again')).toBe('again\n0\n1\n2\n3');
  });

  test('start -ai', async () => {
    await out('docker create -i --name fed busybox cat');
    expect(await out('docker start -ai fed', 'through')).toBe('through');
  });

  test('rm refuses what runs, rm -f does not', async () => {
    const id = await out('docker run -d --name busy busybox sleep 1000');
    const { code, stderr } = await sh('docker rm busy');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error response from daemon: cannot remove container "busy": container is running: stop the container before removing or force remove\n`,
    });
    expect(await out('docker rm -f busy')).toBe('busy');
    expect((await sh(`docker inspect ${id}`)).code).toBe(1);
    expect(await sh('docker rm nosuch')).toMatchObject({
      code: 1,
      stderr: 'Error response from daemon: No such container: nosuch\n',
    });
  });

  test('pause holds it, unpause lets it go on', async () => {
    await out(
      `docker run -d --name held busybox sh -c 'i=0; while :; do i=$((i+1)); echo $i > /count; done'`,
    );
    await machine().until('docker exec held test -s /count && echo counts', 'counts');
    await out('docker pause held');
    expect(await out("docker ps --format '{{.Status}}'")).toMatch(/\(Paused\)$/);
    const count = 'cat /proc/$(docker inspect -f "{{.State.Pid}}" held)/root/count';
    const before = await out(count);
    expect(await out(count)).toBe(before);
    expect((await sh('docker exec held true')).stderr).toContain(
      'is paused, unpause the container before exec',
    );
    await out('docker unpause held');
    await machine().until(`[ "$(${count})" != "${before}" ] && echo goes`, 'goes');
  });

  test('start of what runs and stop of what does not are no failures', async () => {
    await out('docker run -d --name steady busybox sleep 1000');
    expect(await sh('docker start steady')).toEqual({ code: 0, stdout: 'steady\n', stderr: '' });
    await out('docker kill steady; docker wait steady');
    expect(await sh('docker stop steady')).toEqual({ code: 0, stdout: 'steady\n', stderr: '' });
  });

  test('--restart brings it back', async () => {
    await out('docker run -d --name phoenix --restart on-failure:2 busybox sh -c "echo born; exit 1"');
    await machine().until("docker inspect -f '{{.State.Status}} {{.RestartCount}}' phoenix", 'exited 2');
    expect(await out('docker logs phoenix')).toBe('born\nborn\nborn');
  });
});

describe('inspect, ps, images, version, info', () => {
  test('inspect', async () => {
    const id = await out('docker run -d --name seen -e A=1 -m 32m --label l=v busybox sleep 1000');
    const [seen] = JSON.parse(await out('docker inspect seen')) as Record<string, unknown>[];
    expect(seen).toMatchObject({
      Id: id,
      Name: '/seen',
      Path: 'sleep',
      Args: ['1000'],
      State: { Status: 'running', Running: true, OOMKilled: false, ExitCode: 0 },
      Config: { Image: 'busybox', Labels: { l: 'v' } },
      HostConfig: { Memory: 32 * 1024 * 1024 },
    });
    const pid = await out("docker inspect -f '{{.State.Pid}}' seen");
    expect(await out(`cat /proc/${pid.trim()}/comm`)).toBe('sleep');
    expect(await sh('docker inspect nosuch')).toMatchObject({ code: 1, stdout: '[]\n' });
  });

  test('ps, images', async () => {
    await out('docker run -d --name listed busybox sleep 1000');
    expect(await out('docker ps')).toMatch(
      /^CONTAINER ID   IMAGE     COMMAND        CREATED +STATUS +PORTS     NAMES\n[0-9a-f]{12}   busybox   "sleep 1000"   .* ago   Up .*   listed$/,
    );
    expect(await out('docker images')).toMatch(
      /^REPOSITORY   TAG       IMAGE ID       CREATED +SIZE\nbusybox      latest    [0-9a-f]{12}   .*MB$/,
    );
  });

  test('version, info', async () => {
    expect(
      await out("docker version --format '{{.Server.Os}}/{{.Server.Arch}} {{.Server.APIVersion}}'"),
    ).toBe('linux/386 1.51');
    await out('docker run -d busybox sleep 1000');
    expect(
      await out(
        "docker info --format '{{.Containers}} {{.ContainersRunning}} {{.Driver}} {{.CgroupVersion}}'",
      ),
    ).toBe('1 1 overlay2 2');
  });
});

test('what ends at the same moment as it is asked about', async () => {
  const ids = await Promise.all(Array.from({ length: 5 }, () => out('docker run -d busybox true')));
  const finished = await Promise.all(ids.map((id) => sh(`docker stop ${id} && docker rm -f ${id}`)));
  expect(finished.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
});
