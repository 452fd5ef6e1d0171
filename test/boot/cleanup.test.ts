/** After everything nothing is left: mounts, cgroups, processes, descriptors and directories are counted before and after. */
import { expect, test } from 'vitest';
import { added, atRest, type Counts } from './counts.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const out = (script: string, input?: string) => machine().out(script, input);
const sh = (script: string) => machine().sh(script);

/** Beside what the agent counts, what it cannot leave behind either. */
async function counts(): Promise<Counts> {
  const devices = await out('ls /sys/class/net | tr "\\n" " "');
  const shared = await out(
    'ls -A /tmp /dev/shm /dev/mqueue /run /run/bottleship /var/lib/docker/containers | tr "\\n" " "',
  );
  const { memoryTotal: _, memoryAvailable: __, ...census } = await machine().census();
  return { ...census, devices, shared };
}

/** Runs it once to warm up, then compares before and after; what is under way may take its time to go. */
async function leavesNothing(work: () => Promise<void>): Promise<void> {
  await out('docker pull -q busybox');
  await work();
  await sh('docker rm -f $(docker ps -aq)');
  // The kernel takes its time to remove a network namespace.
  await machine().until('ls /sys/class/net | grep veth; true', '');
  const before = await atRest(counts);
  await work();
  await sh('docker rm -f $(docker ps -aq)');
  await expect.poll(async () => added(before, await counts()), { interval: 200 }).toEqual({});
}

test('run --rm', () =>
  leavesNothing(async () => {
    for (let i = 0; i < 5; i++)
      await out('docker run --rm busybox sh -c "echo x > /file; mkdir -p /a/b/c; ln -s / /a/link"');
    await sh('docker run --rm busybox sh -c "exit 3"');
  }));

test('run, stop, start, rm', () =>
  leavesNothing(async () => {
    await out(
      'docker run -d --name aa busybox sleep 1000; docker stop -t 0 aa; docker start aa; docker kill aa; docker wait aa; docker rm aa',
    );
    await out('docker run -d --name bb busybox sleep 1000; docker rm -f bb');
    await out('docker create --name cc busybox true; docker rm cc');
  }));

test('exec, also failed and killed', () =>
  leavesNothing(async () => {
    await out('docker run -d --name aa busybox sleep 1000');
    for (let i = 0; i < 3; i++) await out('echo x | docker exec -i aa cat');
    await sh('docker exec aa nosuch; docker exec -u nobodyhere aa true; docker exec -w /etc/passwd aa true');
    await out('docker exec -d aa sleep 500');
    await out('docker rm -f aa');
  }));

test('starts that fail at every step', () =>
  leavesNothing(async () => {
    for (const options of [
      'busybox nosuch',
      'busybox /etc',
      '-u nosuchuser busybox true',
      '-w /etc/passwd busybox true',
      '--tmpfs /etc/passwd busybox true',
      '--sysctl net.no.such=1 busybox true',
      '--network nosuch busybox true',
    ]) {
      const { code, stderr } = await sh(`docker run --rm ${options}`);
      expect(code, options).toBeGreaterThanOrEqual(125);
      expect(stderr, options).not.toBe('');
    }
  }));

test('processes that a container leaves behind', () =>
  leavesNothing(async () => {
    await out(`docker run --rm busybox sh -c 'for i in 1 2 3 4; do (setsid sleep 1000 &) ; done; echo off'`);
    await out(`docker run --rm --init busybox sh -c '(setsid sleep 1000 &); true'`);
  }));

test('clients that are killed', () =>
  leavesNothing(async () => {
    for (const command of [
      'run --rm -i --name gone busybox cat',
      'run --rm --name gone busybox sleep 1000',
      'run --rm --name gone busybox yes',
    ]) {
      const running = await machine().start(`exec docker ${command} > /dev/null`);
      await machine().until('docker ps --format {{.Names}}', 'gone');
      await out(`kill -9 ${running.pid}`);
      expect(await running.exited).toBe(137);
      await sh('docker rm -f gone');
    }
  }));

test('clients of exec, logs, attach, wait that are killed', () =>
  leavesNothing(async () => {
    await out(`docker run -d -i --name aa busybox sh -c 'while :; do echo x; sleep 0.1; done'`);
    for (const command of [
      'exec aa yes',
      'exec -i aa cat',
      'logs -f aa',
      'attach aa',
      'wait aa',
      'stop -t 1000 aa',
    ]) {
      const running = await machine().start(`exec docker ${command} > /dev/null`);
      await out('docker version > /dev/null');
      await out(`kill -9 ${running.pid}`);
      expect(await running.exited).toBe(137);
    }
    await out('docker rm -f aa');
  }));

test('terminals, with and without containers on them', () =>
  leavesNothing(async () => {
    const one = await machine().terminal();
    one.line('docker run -it --rm busybox sh');
    await one.expect('/ # ');
    one.line('exit');
    await one.prompt();
    one.line('exit');
    await one.exited;
    const other = await machine().terminal();
    other.line('docker run -it --rm --name hung busybox sh');
    await other.expect('/ # ');
    other.hangUp();
    await other.exited;
    await out('docker rm -f hung');
  }));

test('limits that were met', () =>
  leavesNothing(async () => {
    await sh('docker run --rm -m 16m --memory-swap 16m busybox tail /dev/zero');
    await sh(`docker run --rm --pids-limit 20 busybox sh -c 'for i in $(seq 30); do sleep 100 & done'`);
  }));

test('pulls that find nothing', () =>
  leavesNothing(async () => {
    expect((await sh('docker pull nosuchimage')).code).toBe(1);
    expect((await sh('docker run --rm nosuchimage')).code).toBe(125);
  }));

test('two hundred containers cost no memory that stays', async () => {
  const round = 'i=0; while [ $i -lt 100 ]; do docker run --rm busybox true || exit 1; i=$((i+1)); done';
  await out(round);
  const before = await machine().census();
  await out(round);
  const taken = async () => before.memoryAvailable - (await machine().census()).memoryAvailable;
  await expect.poll(taken).toBeLessThan(10 * 1024 * 1024);
  await expect.poll(async () => (await machine().census()).openFiles).toBeLessThanOrEqual(before.openFiles);
}, 900_000);
