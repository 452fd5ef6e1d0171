import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, drain, failure, type Fixture, makeFixture, textOf } from '../engine/fixture.suite.ts';
import type { EngineApi } from '../protocol/engine-api.ts';
import { remoteEngine, serveEngine } from './engine.ts';

const { port1, port2 } = new MessageChannel();
let fixture: Fixture;
let engine: EngineApi;

beforeAll(async () => {
  fixture = await makeFixture();
  serveEngine(fixture.engine, port1);
  engine = remoteEngine(port2);
});

afterAll(() => {
  port1.close();
  port2.close();
});

test('answers are what the engine answers', async () => {
  expect(await engine.version()).toEqual(await fixture.engine.version());
  const { Id } = await engine.containerCreate({ Image: 'busybox', Labels: { a: 'b' } }, { name: 'far' });
  expect(await engine.containerInspect('far')).toEqual(await fixture.engine.containerInspect(Id));
  await engine.containerDelete(Id);
});

test('errors keep text and status', async () => {
  expect(await failure(engine.containerInspect('nope'))).toEqual({
    status: 404,
    message: 'No such container: nope',
  });
});

test('streams come to their end', async () => {
  const messages = await drain(await engine.imageCreate({ fromImage: 'busybox', tag: 'latest' }));
  expect(messages.at(-1)).toHaveProperty('status');
  const missing = engine.imageCreate({ fromImage: 'busybox', tag: 'nope' });
  expect(await failure(missing)).toMatchObject({ status: 404 });
});

test('a stream is left while its next item is awaited', async () => {
  const id = await create(fixture.engine);
  const events = (await engine.events({ filters: { container: [id] } }))[Symbol.asyncIterator]();
  const next = events.next();
  await fixture.engine.containerRename(id, 'left');
  expect(await next).toMatchObject({ done: false, value: { Action: 'rename' } });
  const last = events.next();
  await events.return?.();
  expect(await last).toEqual({ done: true, value: undefined });
  await engine.containerDelete(id);
});

test('a wait is registered when it is answered, and its result comes later', async () => {
  const id = await create(fixture.engine);
  const { result } = await engine.containerWait(id, 'removed');
  await engine.containerDelete(id);
  expect(await result).toEqual({ StatusCode: 0 });
});

test('an attached container has its input and output', async () => {
  const id = await create(fixture.engine, { OpenStdin: true, StdinOnce: true });
  const attached = await engine.containerAttach(id, { stream: true, stdin: true, stdout: true });
  expect(attached.raw).toBe(false);
  const output = textOf(attached);
  await engine.containerStart(id);
  const { process } = fixture.agent.started();
  await attached.stdin?.write(new TextEncoder().encode('typed'));
  expect(fixture.agent.stream(process.stdio, 'stdin').text).toBe('typed');
  await fixture.agent.stream(process.stdio, 'stdout').send('shown');
  fixture.agent.exit(process, 0);
  expect(await output).toBe('shown');
  await engine.containerDelete(id);
});

async function* noArchive(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('this is no archive');
}

test('what is sent may be a stream, too', async () => {
  const messages = await drain(await engine.imageLoad(noArchive()));
  expect(messages.at(-1)).toHaveProperty('error');
});
