import { afterEach, expect, test, vi } from 'vitest';
import type { EventMessage, EventsOptions } from '../../protocol/engine-api.ts';
import { create, drain, failure, makeFixture, settle } from '../fixture.suite.ts';
import type { Clock } from '../clock.ts';
import { Events } from '../events.ts';
import { streamEvents } from './stream.ts';

const start = 1_795_488_481_472;

function setUp(): { events: Events; clock: Clock & { time: number } } {
  const clock = { time: start, now: () => clock.time };
  return { events: new Events(clock), clock };
}

function actions(messages: readonly EventMessage[]): string[] {
  return messages.map(({ Action }) => Action);
}

function at(milliseconds: number): string {
  const time = start + milliseconds;
  return `${Math.floor(time / 1000)}.${String(time % 1000).padStart(3, '0')}000000`;
}

async function past(events: Events, clock: Clock, options: EventsOptions): Promise<string[]> {
  return actions(await drain(streamEvents(events, clock, { until: String(start / 1000), ...options })));
}

afterEach(() => {
  vi.useRealTimers();
});

test('a message has what older clients read only for containers and images', () => {
  const { events } = setUp();
  events.publish('container', 'start', 'c1', { name: 'web', image: 'busybox', b: '2', a: '1' });
  events.publish('image', 'pull', 'busybox:latest', { name: 'busybox' });
  events.publish('volume', 'create', 'v1', { driver: 'local' });
  const time = { scope: 'local', time: 1_795_488_481, timeNano: 1_795_488_481_472_000_000 };
  expect(events.history.map((event) => JSON.parse(JSON.stringify(event)) as object)).toEqual([
    {
      status: 'start',
      id: 'c1',
      from: 'busybox',
      Type: 'container',
      Action: 'start',
      Actor: { ID: 'c1', Attributes: { a: '1', b: '2', image: 'busybox', name: 'web' } },
      ...time,
    },
    {
      status: 'pull',
      id: 'busybox:latest',
      Type: 'image',
      Action: 'pull',
      Actor: { ID: 'busybox:latest', Attributes: { name: 'busybox' } },
      ...time,
    },
    { Type: 'volume', Action: 'create', Actor: { ID: 'v1', Attributes: { driver: 'local' } }, ...time },
  ]);
  expect(Object.keys(events.history[0]?.Actor.Attributes ?? {})).toEqual(['a', 'b', 'image', 'name']);
});

test('the last 256 are remembered', async () => {
  const { events, clock } = setUp();
  for (let i = 0; i < 300; i += 1) events.publish('daemon', `a${i}`, 'd');
  const all = await past(events, clock, { since: '0', until: String(start / 1000 - 0.001) });
  expect(all).toEqual([]);
  clock.time += 1;
  const later = await past(events, clock, { since: '0' });
  expect(later).toHaveLength(256);
  expect(later[0]).toBe('a44');
});

test('since and until, to the nanosecond and inclusive', async () => {
  const { events, clock } = setUp();
  for (const action of ['one', 'two', 'three']) {
    events.publish('daemon', action, 'd');
    clock.time += 1;
  }
  expect(await past(events, clock, { since: at(1), until: at(1) })).toEqual(['two']);
  expect(await past(events, clock, { until: at(1) })).toEqual(['one', 'two']);
  expect(await past(events, clock, { since: at(1).replace(/0$/, '1'), until: at(2) })).toEqual(['three']);
  expect(await past(events, clock, { since: '-1', until: at(0) })).toEqual(['one']);
});

test('bad times are answered as Docker does', async () => {
  const { engine } = await makeFixture();
  expect(await failure(engine.events({ since: '10', until: '5' }))).toEqual({
    status: 400,
    message: '`since` time (10) cannot be after `until` time (5)',
  });
  expect(await failure(engine.events({ since: '1h' }))).toEqual({
    status: 500,
    message: 'strconv.ParseInt: parsing "1h": invalid syntax',
  });
});

test('a stream goes on until its end, or until its reader leaves', async () => {
  vi.useFakeTimers();
  const { events, clock } = setUp();
  events.publish('daemon', 'before', 'd');
  const stream = streamEvents(events, clock, { since: '0', until: String((start + 2000) / 1000) });
  const live = streamEvents(events, clock)[Symbol.asyncIterator]();
  events.publish('daemon', 'after', 'd');
  expect(await live.next()).toMatchObject({ value: { Action: 'after' } });
  expect(events.listeners).toBe(2);
  await live.return?.();
  expect(events.listeners).toBe(1);
  vi.advanceTimersByTime(2001);
  events.publish('daemon', 'late', 'd');
  expect(actions(await drain(stream))).toEqual(['before', 'after']);
  expect(events.listeners).toBe(0);
});

test('filters', async () => {
  const { events, clock } = setUp();
  const web = { name: 'web', image: 'busybox:latest', tier: 'front' };
  events.publish('container', 'exec_create: sh -c true', 'c1', web);
  events.publish('container', 'die', 'c1', web);
  events.publish('container', 'create', 'c2', { name: 'other', image: 'alpine' });
  events.publish('image', 'tag', 'sha256:1', { name: 'busybox:2' });
  events.publish('network', 'connect', 'n1', { name: 'bridge', type: 'bridge' });
  clock.time += 1;
  const found = (filters: Record<string, string[]>) => past(events, clock, { since: '0', filters });
  expect(await found({ event: ['exec_create'] })).toEqual(['exec_create: sh -c true']);
  expect(await found({ event: ['di'] })).toEqual([]);
  expect(await found({ event: ['die', 'tag'] })).toEqual(['die', 'tag']);
  expect(await found({ type: ['image', 'network'] })).toEqual(['tag', 'connect']);
  expect(await found({ container: ['we'] })).toEqual(['exec_create: sh -c true', 'die']);
  expect(await found({ container: ['c2'] })).toEqual(['create']);
  expect(await found({ image: ['busybox'] })).toEqual(['exec_create: sh -c true', 'die', 'tag']);
  expect(await found({ image: ['busybox:latest'] })).toEqual(['exec_create: sh -c true', 'die']);
  expect(await found({ label: ['tier'] })).toHaveLength(2);
  expect(await found({ label: ['tier=front', 'name=web'] })).toHaveLength(2);
  expect(await found({ label: ['tier=back'] })).toEqual([]);
  expect(await found({ network: ['n1'] })).toEqual(['connect']);
  expect(await found({ scope: ['swarm'] })).toEqual([]);
  expect(await found({ volume: ['v1'] })).toEqual([]);
});

test("a container's life, with an exec", async () => {
  const { engine, agent } = await makeFixture();
  const seen = (await engine.events({ filters: { type: ['container'] } }))[Symbol.asyncIterator]();
  const id = await create(engine, { Cmd: ['top'], Labels: { a: 'b' } }, 'web');
  await engine.containerStart(id);
  const { Id: execID } = await engine.execCreate(id, { Cmd: ['true'] });
  await engine.execStart(execID, { Detach: true });
  agent.exit(agent.execed(), 3);
  await settle();
  agent.exit(agent.started().process, 137, true);
  await settle();
  await engine.containerDelete(id);
  const attributes = { a: 'b', image: 'busybox', maker: 'us', name: 'web' };
  for (const [Action, more] of [
    ['create', {}],
    ['start', {}],
    ['exec_create: true ', { execID }],
    ['exec_start: true ', { execID }],
    ['exec_die', { execID, exitCode: '3' }],
    ['oom', {}],
    ['die', { exitCode: '137', execDuration: '0' }],
    ['destroy', {}],
  ] as const)
    expect((await seen.next()).value).toMatchObject({
      Action,
      from: 'busybox',
      Actor: { ID: id, Attributes: { ...attributes, ...more } },
    });
});

test('an exec that cannot be started does not die', async () => {
  const { engine, agent } = await makeFixture();
  const id = await create(engine);
  await engine.containerStart(id);
  const events = (await engine.events({ filters: { event: ['exec_start', 'exec_die', 'die'] } }))[
    Symbol.asyncIterator
  ]();
  agent.script.exec = () => Promise.reject(new Error('no'));
  const { Id } = await engine.execCreate(id, { Cmd: ['x'] });
  await failure(engine.execStart(Id, { Detach: true }));
  agent.exit(agent.started().process, 0);
  expect((await events.next()).value).toMatchObject({ Action: 'exec_start: x ' });
  expect((await events.next()).value).toMatchObject({ Action: 'die' });
});
