import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Stats } from '../../protocol/engine-api.ts';
import type { Fixture } from '../fixture.suite.ts';
import { create, drain, failure, makeFixture } from '../fixture.suite.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A second of guest time with each reading. */
function countingAgent({ agent }: Fixture): { readings: string[][] } {
  const readings: string[][] = [];
  agent.script.read = ({ paths }) => {
    readings.push(paths);
    const n = readings.length;
    const files: Record<string, string> = {
      stat: 'cpu  100 0 0 0 0 0 0 7 0 0\ncpu0 1 2 3\nintr 5\n',
      uptime: `${n}.00 0.50\n`,
      'cpu.stat': `usage_usec ${n * 500_000}\nuser_usec 400000\nsystem_usec 100000\nnr_periods 3\nnr_throttled 2\nthrottled_usec 5\n`,
      'memory.current': '344064\n',
      'memory.max': 'max\n',
      'memory.stat': 'anon 4096\nfile 8192\npgfault 1573\nzswapped 7\n',
      'memory.events': 'low 0\noom 2\noom_kill 1\n',
      'pids.current': '3\n',
      'pids.max': '20\n',
      'io.stat': '8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n',
      dev: 'Inter-|   Receive\n face |bytes\n    lo: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n  eth0:646 7 0 0 0 0 0 0 84 2 0 0 0 0 0 0\n',
    };
    return paths.map((path) => files[path.split('/').at(-1) ?? ''] ?? null);
  };
  return { readings };
}

async function tick(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1000);
}

const zeroCpu = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

test('one message, of two readings a second apart', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  const { readings } = countingAgent(fixture);
  const id = await create(engine, {}, 'web');
  await engine.containerStart(id);
  const messages = drain(await engine.containerStats(id, { stream: false }));
  await tick();
  const [stats] = (await messages) as [Stats];
  expect(readings).toHaveLength(2);
  expect(stats).toEqual({
    name: '/web',
    id,
    read: expect.stringMatching(/^20/) as string,
    preread: expect.stringMatching(/^20/) as string,
    pids_stats: { current: 3, limit: 20 },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 8, minor: 0, op: 'read', value: 10 },
        { major: 8, minor: 0, op: 'write', value: 20 },
      ],
      io_serviced_recursive: null,
      io_queue_recursive: null,
      io_service_time_recursive: null,
      io_wait_time_recursive: null,
      io_merged_recursive: null,
      io_time_recursive: null,
      sectors_recursive: null,
    },
    num_procs: 0,
    storage_stats: {},
    cpu_stats: {
      cpu_usage: {
        total_usage: 1_000_000_000,
        percpu_usage: [1_000_000_000],
        usage_in_kernelmode: 100_000_000,
        usage_in_usermode: 400_000_000,
      },
      system_cpu_usage: 2_000_000_000,
      online_cpus: 1,
      throttling_data: { periods: 3, throttled_periods: 2, throttled_time: 5000 },
    },
    precpu_stats: expect.objectContaining({ system_cpu_usage: 1_000_000_000 }) as object,
    memory_stats: {
      usage: 344_064,
      stats: expect.objectContaining({
        anon: 4096,
        file: 8192,
        pgfault: 1573,
        workingset_refault: 0,
      }) as object,
      failcnt: 2,
      limit: 256 << 20,
    },
    networks: {
      eth0: {
        rx_bytes: 646,
        rx_packets: 7,
        rx_errors: 0,
        rx_dropped: 0,
        tx_bytes: 84,
        tx_packets: 2,
        tx_errors: 0,
        tx_dropped: 0,
      },
    },
  });
  expect(stats.memory_stats.stats).not.toHaveProperty('zswapped');
  await tick();
  await tick();
  expect(readings).toHaveLength(2);
});

test('one shot is one reading, without a name', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  const { readings } = countingAgent(fixture);
  const id = await create(engine);
  await engine.containerStart(id);
  const [stats] = await drain(await engine.containerStats(id, { stream: false, oneShot: true }));
  expect(readings).toHaveLength(1);
  expect(stats).toMatchObject({ preread: '0001-01-01T00:00:00Z', precpu_stats: zeroCpu });
  expect(stats).not.toHaveProperty('id');
  expect(await failure(engine.containerStats(id, { stream: true, oneShot: true }))).toEqual({
    status: 400,
    message: 'cannot have stream=true and one-shot=true',
  });
});

test('a container that does not run is all zeros', async () => {
  const { engine, agent } = await makeFixture();
  const id = await create(engine, {}, 'web');
  const [stats] = await drain(await engine.containerStats(id, { stream: false }));
  expect(stats).toMatchObject({
    name: '/web',
    id,
    read: '0001-01-01T00:00:00Z',
    pids_stats: {},
    memory_stats: {},
    cpu_stats: zeroCpu,
  });
  expect(stats).not.toHaveProperty('networks');
  const stream = (await engine.containerStats(id, { stream: true }))[Symbol.asyncIterator]();
  expect((await stream.next()).value).toMatchObject({ id, memory_stats: {} });
  await stream.return?.();
  expect(agent.methods()).not.toContain('read');
});

test('everybody who watches is served by one reading a second, until the container is removed', async () => {
  const fixture = await makeFixture();
  const { engine, agent } = fixture;
  const { readings } = countingAgent(fixture);
  const ids = [await create(engine), await create(engine)] as const;
  await engine.containerStart(ids[0]);
  const first = agent.started();
  await engine.containerStart(ids[1]);
  const one = (await engine.containerStats(ids[0], { stream: true }))[Symbol.asyncIterator]();
  const two = (await engine.containerStats(ids[1], { stream: true }))[Symbol.asyncIterator]();
  const again = drain(await engine.containerStats(ids[0], { stream: true }));
  expect((await one.next()).value).toMatchObject({ precpu_stats: zeroCpu });
  await tick();
  expect((await one.next()).value).toMatchObject({ id: ids[0] });
  expect((await two.next()).value).toMatchObject({ id: ids[1] });
  expect(readings.map((paths) => paths.length)).toEqual([11, 20]);
  await two.return?.();
  agent.exit(first.process, 0);
  await tick();
  expect((await one.next()).value).toMatchObject({ memory_stats: {} });
  expect(readings).toHaveLength(2);
  await engine.containerDelete(ids[0]);
  expect(await again).toHaveLength(2);
  expect((await one.next()).done).toBe(true);
});

test('a container that ends while it is read has used nothing', async () => {
  const { engine, agent } = await makeFixture();
  const id = await create(engine);
  await engine.containerStart(id);
  agent.script.read = ({ paths }) => paths.map(() => null);
  const [stats] = await drain(await engine.containerStats(id, { stream: false, oneShot: true }));
  expect(stats).toMatchObject({ memory_stats: {}, pids_stats: {} });
});
