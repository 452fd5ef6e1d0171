/** testcontainers against the headless engine: what a project's integration tests do with it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineForFile } from './engine.ts';

const engine = engineForFile();
const before = { ...process.env };

beforeAll(() => {
  process.env['DOCKER_HOST'] = `unix://${engine().socketPath}`;
  // Its reaper is an image of its own that would have to be pulled.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
});

afterAll(() => {
  process.env = before;
});

test('starts a container, waits for a line of its log, copies a file in, executes, and stops it', async () => {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer('busybox:latest')
    .withCommand(['sh', '-c', 'cat /etc/answer; echo ready; exec sleep 1000'])
    .withCopyContentToContainer([{ content: '42\n', target: '/etc/answer' }])
    .withEnvironment({ COLOUR: 'blue' })
    .withWaitStrategy(Wait.forLogMessage('ready'))
    .start();
  expect(await container.exec(['sh', '-c', 'cat /etc/answer; echo $COLOUR; exit 3'])).toMatchObject({
    exitCode: 3,
    output: '42\nblue\n',
  });
  await container.copyContentToContainer([{ content: 'later', target: '/tmp/later' }]);
  expect((await container.exec(['cat', '/tmp/later'])).output).toBe('later');
  await container.stop();
  expect(await engine().bottleship.engine.containerList({ all: true })).toEqual([]);
});
