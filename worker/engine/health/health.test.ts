import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CreateConfig, Health } from '../../protocol/engine-api.ts';
import type { Fixture } from '../fixture.suite.ts';
import { create, failure, makeFixture, settle } from '../fixture.suite.ts';
import { goDuration } from '../time.ts';
import type { Check } from './check.ts';
import type { ProbeResult } from './health.ts';
import { nextHealth, startingHealth } from './health.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const second = 1e9;

async function start(
  fixture: Fixture,
  Healthcheck: CreateConfig['Healthcheck'],
  more: CreateConfig = {},
): Promise<string> {
  const id = await create(fixture.engine, { Healthcheck: Healthcheck ?? null, ...more }, 'web');
  await fixture.engine.containerStart(id);
  return id;
}

async function after(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  await settle();
}

function probes({ agent }: Fixture): number {
  return agent.methods().filter((method) => method === 'exec').length;
}

async function answer({ agent }: Fixture, code: number, output = ''): Promise<void> {
  const probe = agent.execed();
  if (output !== '') void agent.stream(probe.stdio, 'stdout').send(output);
  agent.exit(probe, code);
  await settle();
}

async function health({ engine }: Fixture): Promise<Health | undefined> {
  return (await engine.containerInspect('web')).State.Health;
}

test('from starting to healthy, unhealthy after so many failures, and back', async () => {
  const fixture = await makeFixture();
  const { engine, agent } = fixture;
  const events = (await engine.events({ filters: { event: ['health_status'] } }))[Symbol.asyncIterator]();
  await start(fixture, { Test: ['CMD', 'check', 'it'], Interval: second, Retries: 2 });
  expect(await health(fixture)).toEqual({ Status: 'starting', FailingStreak: 0, Log: [] });
  expect((await engine.containerList())[0]?.Status).toMatch(/^Up .* \(health: starting\)$/);
  await after(999);
  expect(probes(fixture)).toBe(0);
  await after(1);
  expect(agent.execed().args).toEqual(['check', 'it']);
  await answer(fixture, 0, 'fine\n');
  expect(await health(fixture)).toMatchObject({
    Status: 'healthy',
    Log: [{ ExitCode: 0, Output: 'fine\n', Start: expect.stringMatching(/^20/) as string }],
  });
  expect((await engine.containerList())[0]?.Status).toMatch(/ \(healthy\)$/);
  for (const [Status, FailingStreak] of [
    ['healthy', 1],
    ['unhealthy', 2],
    ['unhealthy', 3],
  ]) {
    await after(1000);
    await answer(fixture, 1);
    expect(await health(fixture)).toMatchObject({ Status, FailingStreak });
  }
  await after(1000);
  await answer(fixture, 0);
  const actions = [await events.next(), await events.next(), await events.next()];
  expect(actions.map(({ value }) => (value as { Action: string }).Action)).toEqual([
    'health_status: healthy',
    'health_status: unhealthy',
    'health_status: healthy',
  ]);
});

test('a shell takes CMD-SHELL; nothing runs for NONE or without a check', async () => {
  const fixture = await makeFixture();
  const { agent } = fixture;
  await start(fixture, { Test: ['CMD-SHELL', 'exit 0'], Interval: second }, { Shell: ['/bin/ash', '-xc'] });
  await after(1000);
  expect(agent.execed().args).toEqual(['/bin/ash', '-xc', 'exit 0']);
  await answer(fixture, 0);
  const other = await makeFixture();
  await start(other, { Test: ['NONE'], Interval: second });
  await after(60_000);
  expect(probes(other)).toBe(0);
  expect(await health(other)).toBeUndefined();
});

test('a probe that takes too long is killed', async () => {
  const fixture = await makeFixture();
  const { agent } = fixture;
  await start(fixture, { Test: ['CMD', 'slow'], Interval: second, Timeout: second / 20, Retries: 1 });
  await after(1000);
  const probe = agent.execed();
  void agent.stream(probe.stdio, 'stderr').send('half\n');
  agent.script.signal = (params) => {
    expect(params).toMatchObject({ process: probe.process, signal: 9 });
    agent.exit(probe, 137);
    return null;
  };
  await after(50);
  expect(await health(fixture)).toMatchObject({
    Status: 'unhealthy',
    Log: [{ ExitCode: -1, Output: 'Health check exceeded timeout (50ms): half\n' }],
  });
});

test('a probe that cannot be started is a failure and says why', async () => {
  const fixture = await makeFixture();
  fixture.agent.script.exec = () => Promise.reject(new Error('out of everything'));
  await start(fixture, { Test: ['CMD', 'x'], Interval: second, Retries: 1 });
  await after(1000);
  const found = await health(fixture);
  expect(found).toMatchObject({ Status: 'unhealthy', Log: [{ ExitCode: -1 }] });
  expect(found?.Log[0]?.Output).toContain('out of everything');
});

test('nothing is asked while the container is paused or after its end', async () => {
  const fixture = await makeFixture();
  const { agent, engine } = fixture;
  await start(fixture, { Test: ['CMD', 'x'], Interval: second });
  const first = agent.started();
  await engine.containerPause('web');
  await after(5000);
  expect(probes(fixture)).toBe(0);
  await engine.containerUnpause('web');
  await after(1000);
  await answer(fixture, 0);
  await after(1000);
  expect(probes(fixture)).toBe(2);
  agent.exit(agent.execed(), 0);
  agent.exit(first.process, 0);
  await settle();
  await after(5000);
  expect(probes(fixture)).toBe(2);
  expect(await health(fixture)).toMatchObject({ Status: 'healthy' });
});

test('the health filter', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  await start(fixture, { Test: ['CMD', 'x'], Interval: second });
  await create(engine, {}, 'plain');
  const names = async (value: string) =>
    (await engine.containerList({ all: true, filters: { health: [value] } })).flatMap(({ Names }) => Names);
  expect(await names('starting')).toEqual(['/web']);
  expect(await names('none')).toEqual(['/plain']);
  expect(await names('healthy')).toEqual([]);
  expect(await failure(engine.containerList({ filters: { health: ['ill'] } }))).toEqual({
    status: 400,
    message:
      "invalid filter 'health=ill': invalid value for health (ill): must be one of none, starting, healthy, unhealthy",
  });
});

const check: Check = {
  command: ['x'],
  interval: 30_000,
  timeout: 30_000,
  startPeriod: 10_000,
  startInterval: 5000,
  retries: 3,
};

function fail(start: number): ProbeResult {
  return { start, end: start + 1, exitCode: 1, output: '' };
}

test('failures in the start period do not count, and the last five probes are kept', () => {
  let found = startingHealth(undefined);
  for (let at = 0; at < 10_000; at += 1000) found = nextHealth(found, fail(at), check, 0);
  expect(found).toMatchObject({ Status: 'starting', FailingStreak: 0 });
  expect(found.Log).toHaveLength(5);
  found = nextHealth(found, fail(10_000), check, 0);
  expect(found.FailingStreak).toBe(1);
  const healthy = nextHealth(startingHealth(undefined), { ...fail(0), exitCode: 0 }, check, 0);
  expect(nextHealth(healthy, fail(1), check, 0).FailingStreak).toBe(1);
});

test.each([
  [0, '0s'],
  [50, '50ms'],
  [1500, '1.5s'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
  [0.5, '500µs'],
])('%d ms is %s', (milliseconds, text) => {
  expect(goDuration(milliseconds)).toBe(text);
});
