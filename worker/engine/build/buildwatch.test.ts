import { expect, test } from 'vitest';
import type { SolveStatus } from '../../protocol/engine-api.ts';
import { BuildWatch } from './buildwatch.ts';

async function* solved(): AsyncGenerator<SolveStatus> {
  yield {
    vertexes: [
      { digest: 'a', inputs: [], name: '[1/2] FROM busybox', started: 1, completed: 2, cached: true },
    ],
  };
  yield { vertexes: [{ digest: 'b', inputs: ['a'], name: '[2/2] RUN true', started: 3 }] };
  yield { logs: [{ vertex: 'b', stream: 1, data: new TextEncoder().encode('working\n'), timestamp: 4 }] };
  yield { vertexes: [{ digest: 'b', inputs: ['a'], name: '[2/2] RUN true', started: 3, completed: 9 }] };
  yield { image: 'sha256:1' };
}

test('a watcher sees what the client sees, and the last builds at once', async () => {
  const watch = new BuildWatch(() => 100);
  const items: SolveStatus[] = [];
  for await (const item of watch.solving(
    { buildId: 'b1', context: { address: '' }, tags: ['app:1'] },
    solved(),
  ))
    items.push(item);
  expect(items).toHaveLength(5);
  const reader = watch.watch()[Symbol.asyncIterator]();
  expect((await reader.next()).value).toEqual({
    number: 1,
    buildId: 'b1',
    title: 'app:1',
    started: 100,
    completed: 100,
    image: 'sha256:1',
    steps: [
      { name: '[1/2] FROM busybox', started: 1, completed: 2, cached: true },
      { name: '[2/2] RUN true', started: 3, completed: 9 },
    ],
  });
  const later = reader.next();
  await reader.return?.();
  expect(await later).toEqual({ done: true, value: undefined });
});

test('what a step prints is seen while it runs and when it has failed', async () => {
  const watch = new BuildWatch(() => 7);
  const build = watch.solving({ buildId: 'b1', context: { address: '' } }, solved())[Symbol.asyncIterator]();
  const seen = async () => (await watch.watch()[Symbol.asyncIterator]().next()).value?.steps.at(-1);
  for (let i = 0; i < 3; i++) await build.next();
  expect(await seen()).toEqual({ name: '[2/2] RUN true', started: 3, output: 'working' });
  await build.next();
  expect(await seen()).toEqual({ name: '[2/2] RUN true', started: 3, completed: 9 });
});

async function* messages() {
  yield { stream: 'Step 1/2 : FROM busybox' };
  yield { stream: ' ---> 0123\n' };
  yield { stream: 'Step 2/2 : RUN false' };
  yield { stream: '\n' };
  yield { stream: ' ---> Running in 0123\n' };
  yield { stream: 'no such thing\n' };
  yield { error: 'The command returned a non-zero code: 1' };
}

test('the classic builder’s messages are steps, too', async () => {
  const watch = new BuildWatch(() => 7);
  for await (const _ of watch.building({ buildId: 'b2' }, messages()));
  const { value } = await watch.watch()[Symbol.asyncIterator]().next();
  expect(value).toMatchObject({
    title: 'Dockerfile',
    failure: 'The command returned a non-zero code: 1',
    steps: [
      { name: '[1/2] FROM busybox', started: 7, completed: 7 },
      {
        name: '[2/2] RUN false',
        error: 'The command returned a non-zero code: 1',
        output: 'no such thing',
      },
    ],
  });
});

test('a build that is given up is over, and says so', async () => {
  const watch = new BuildWatch(() => 7);
  const build = watch.solving({ buildId: 'b1', context: { address: '' } }, solved())[Symbol.asyncIterator]();
  await build.next();
  await build.return?.();
  const { value } = await watch.watch()[Symbol.asyncIterator]().next();
  expect(value).toMatchObject({ completed: 7, failure: 'canceled' });
});
