/** Events, counts and processes of containers on the real machine. */
import { afterEach, describe, expect, test } from 'vitest';
import type { EngineApi, EventMessage, Health, Stats } from '../../worker/protocol/engine-api.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const out = (script: string, input?: string) => machine().out(script, input);
const engine = (): EngineApi => machine().bottleship.engine;

afterEach(async () => {
  await machine().sh('docker rm -f $(docker ps -aq)');
});

async function collect<T>(items: AsyncIterable<T>, count = Infinity): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
    if (all.length === count) break;
  }
  return all;
}

/** The engine's clock may be some milliseconds ahead of this one. */
async function pastOf(container: string): Promise<EventMessage[]> {
  const until = String((Date.now() + 50) / 1000);
  return collect(await engine().events({ since: '0', until, filters: { container: [container] } }));
}

const usedBy = async (name: string) => {
  const id = await out(`docker inspect -f '{{.Id}}' ${name}`);
  return Number(await out(`sed -n 's/usage_usec //p' /sys/fs/cgroup/docker/${id}/cpu.stat`)) * 1000;
};

describe('events', () => {
  test('tell a whole life, once it is over', async () => {
    await out('docker run --rm --name life busybox sh -c "exit 3" || true');
    const found = await pastOf('life');
    expect(found.map(({ Action }) => Action)).toEqual(['create', 'attach', 'start', 'die', 'destroy']);
    expect(found[3]?.Actor.Attributes).toEqual({
      execDuration: expect.stringMatching(/^\d+$/) as string,
      exitCode: '3',
      image: 'busybox',
      name: 'life',
    });
  });

  test('out of memory', async () => {
    const bomb = 'x=a; while true; do x=$x$x$x$x; done';
    expect((await machine().sh(`docker run --name bomb -m 10m busybox sh -c '${bomb}'`)).code).toBe(137);
    const actions = (await pastOf('bomb')).map(({ Action }) => Action);
    expect(actions.slice(-2)).toEqual(['oom', 'die']);
  });
});

describe('stats', () => {
  test('of a container that works', async () => {
    await out('docker run -d --name busy -m 64m busybox sh -c "while :; do :; done"');
    const [usedBefore, startedAt] = [await usedBy('busy'), performance.now()];
    const [stats] = (await collect(await engine().containerStats('busy', { stream: false }))) as [Stats];
    const [usedAfter, took] = [await usedBy('busy'), (performance.now() - startedAt) * 1e6];
    const { cpu_stats: cpu, precpu_stats: before } = stats;
    expect(stats.name).toBe('/busy');
    const used = cpu.cpu_usage.total_usage - before.cpu_usage.total_usage;
    const passed = (cpu.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
    expect(used).toBeGreaterThan(0);
    expect(before.cpu_usage.total_usage).toBeGreaterThanOrEqual(usedBefore);
    expect(cpu.cpu_usage.total_usage).toBeLessThanOrEqual(usedAfter);
    expect(passed).toBeGreaterThan(0.9e9);
    // /proc/uptime counts hundredths of a second.
    expect(passed).toBeLessThan(took + 0.02e9);
    expect(cpu.online_cpus).toBe(1);
    expect(stats.memory_stats.limit).toBe(64 << 20);
    expect(stats.memory_stats.usage).toBeGreaterThan(10_000);
    expect(stats.memory_stats.stats?.['pgfault']).toBeGreaterThan(10);
    expect(stats.pids_stats.current).toBe(1);
    // Timers may be a millisecond early.
    expect(Date.parse(stats.read) - Date.parse(stats.preread)).toBeGreaterThanOrEqual(990);
  });

  test('a stream of ten containers, until one is removed', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => out(`docker run -d --name c${i} busybox sleep 1000`)),
    );
    const streams = await Promise.all(
      Array.from({ length: 10 }, (_, i) => engine().containerStats(`c${i}`, { stream: true })),
    );
    const c0 = streams[0]![Symbol.asyncIterator]();
    await Promise.all([...streams.slice(1).map((stream) => collect(stream, 2)), c0.next(), c0.next()]);
    await out('docker rm -f c0');
    while (!(await c0.next()).done);
  });

  test('a container without a limit may use the whole machine', async () => {
    await out('docker run -d --name free busybox sleep 1000');
    const stats = await collect(await engine().containerStats('free', { stream: false, oneShot: true }));
    expect(stats).toHaveLength(1);
    expect(stats[0]?.memory_stats.limit).toBe((await engine().info()).MemTotal);
    expect(stats[0]).not.toHaveProperty('name');
  });
});

async function health(): Promise<Health | undefined> {
  return (await engine().containerInspect('box')).State.Health;
}

function status(wanted: Health['Status']): Promise<void> {
  return machine().until("docker inspect -f '{{.State.Health.Status}}' box", wanted);
}

describe('health', () => {
  test('healthy, unhealthy and back, as the check says', async () => {
    const check = '--health-interval 500ms --health-retries 2 --health-cmd "cat /ok"';
    await out(`docker run -d --name box ${check} busybox sh -c 'echo fine > /ok; sleep 1000'`);
    await status('healthy');
    expect((await health())?.Log.at(-1)).toMatchObject({ ExitCode: 0, Output: 'fine\n' });
    expect(await out('docker ps --format "{{.Status}}"')).toMatch(/^Up .* \(healthy\)$/);
    await out('docker exec box mv /ok /gone');
    await status('unhealthy');
    expect((await health())?.Log.at(-1)?.Output).toContain('No such file or directory');
    await out('docker exec box mv /gone /ok');
    await status('healthy');
    expect(await out('docker ps -q --filter health=healthy | wc -l')).toBe('1');
  });

  test('a probe that hangs is killed', async () => {
    const check = '--health-interval 200ms --health-timeout 2s --health-retries 1';
    await out(
      `docker run -d --name box ${check} --health-cmd 'echo half; exec sleep 100' busybox sleep 1000`,
    );
    await status('unhealthy');
    expect((await health())?.Log[0]).toMatchObject({
      ExitCode: -1,
      Output: 'Health check exceeded timeout (2s): half\n',
    });
    await out('docker pause box; docker unpause box');
    const { Processes } = await engine().containerTop('box');
    expect(Processes.length).toBeLessThanOrEqual(2);
  });
});

describe('top', () => {
  test('as ps -ef has it', async () => {
    await out(`docker run -d --name host -u 1000 busybox sh -c 'sleep 1000 & exec sleep 2000'`);
    await out('docker exec -d host sh -c "sleep 3000 | cat"');
    await expect
      .poll(async () => (await engine().containerTop('host')).Processes.map((row) => row.at(-1)))
      .toEqual(expect.arrayContaining(['sleep 2000', 'sleep 1000', 'sleep 3000', 'cat']));
    const { Titles, Processes } = await engine().containerTop('host');
    expect(Titles).toEqual(['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']);
    const first = Processes.find((row) => row.at(-1) === 'sleep 2000');
    expect(first).toEqual([
      '1000',
      expect.stringMatching(/^\d+$/),
      '1',
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\d\d:\d\d$/),
      '?',
      expect.stringMatching(/^00:00:0\d$/),
      'sleep 2000',
    ]);
    const { Processes: aux } = await engine().containerTop('host', { ps_args: 'aux' });
    expect(aux.find((row) => row.at(-1) === 'sleep 2000')?.[7]).toMatch(/^[RS]s$/);
  });

  test('on a terminal', async () => {
    await out('docker run -dt --name host busybox top');
    const { Processes } = await engine().containerTop('host', { ps_args: '-o pid,user,tty,stat,cmd' });
    expect(Processes).toEqual([
      [expect.any(String), 'root', 'pts/0', expect.stringMatching(/^[RSD]s\+$/), 'top'],
    ]);
  });
});
