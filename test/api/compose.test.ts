/** Docker Compose, Debian's, against the headless engine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientProgram, isThere } from './clients.ts';
import { engineForFile } from './engine.ts';

const engine = engineForFile();

const file = `
name: shop
services:
  greeter:
    image: busybox
    command: ["sh", "-c", "echo hello from compose; exec sleep 1000"]
    network_mode: none
    environment: { COLOUR: green }
    labels: { made: here }
  once:
    image: busybox
    command: ["sh", "-c", "echo once; exit 3"]
    network_mode: none
`;

test.skipIf(!isThere('docker-compose'))('up, ps, logs, exec and down', async () => {
  const folder = join(engine().folder, 'shop');
  mkdirSync(folder);
  writeFileSync(join(folder, 'compose.yaml'), file);
  const compose = (...args: string[]) =>
    engine().run(clientProgram('docker-compose'), ['-f', join(folder, 'compose.yaml'), ...args]);
  expect(await compose('up', '-d')).toMatchObject({ code: 0 });
  const states = async () => (await compose('ps', '--format', '{{.Service}} {{.State}}')).stdout;
  await expect.poll(states).toBe('greeter running\n');
  expect((await compose('exec', '-T', 'greeter', 'sh', '-c', 'echo $COLOUR')).stdout).toBe('green\n');
  const logs = async () => (await compose('logs', '--no-log-prefix', 'greeter')).stdout;
  await expect.poll(logs).toBe('hello from compose\n');
  expect((await compose('ps', '-a', '--format', '{{.Service}} {{.ExitCode}}', 'once')).stdout).toBe(
    'once 3\n',
  );
  expect(await compose('down', '-t', '0')).toMatchObject({ code: 0 });
  expect(await engine().bottleship.engine.containerList({ all: true })).toEqual([]);
});

const ways = [
  { way: 'the classic way', buildKit: '0', said: 'Successfully tagged built-web:latest\n' },
  { way: "BuildKit's way", buildKit: '1', said: 'naming to docker.io/library/built-web' },
];

test.skipIf(!isThere('docker-compose')).for(ways)(
  'builds what a service is made of, and runs it: $way',
  async ({ buildKit, said }) => {
    const folder = join(engine().folder, `built${buildKit}`);
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'compose.yaml'),
      'name: built\nservices:\n  web: { build: { context: ., args: { V: "2" } }, network_mode: none }\n',
    );
    writeFileSync(
      join(folder, 'Dockerfile'),
      'FROM busybox\nARG V\nCOPY page /page\nENV V=$V\nCMD ["sh", "-c", "cat /page; echo $V"]\n',
    );
    writeFileSync(join(folder, 'page'), 'hello\n');
    const compose = (...args: string[]) =>
      engine().run('env', [
        `DOCKER_BUILDKIT=${buildKit}`,
        clientProgram('docker-compose'),
        '-f',
        join(folder, 'compose.yaml'),
        ...args,
      ]);
    const built = await compose('build');
    expect(built).toMatchObject({ code: 0 });
    expect(built.stdout + built.stderr).toContain(said);
    expect(await compose('run', '--rm', '-T', 'web')).toMatchObject({ code: 0, stdout: 'hello\n2\n' });
    expect(await compose('down')).toMatchObject({ code: 0 });
  },
);
