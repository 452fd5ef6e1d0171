/** Images that mean harm: nothing of the machine is touched, and the machine stays usable. */
import { afterEach, expect, test } from 'vitest';
import { type RawEntry, rawTar } from '../../worker/layers/tarfixture.suite.ts';
import type { TestMachine } from './machine.ts';
import { busyboxLayer, registryOf, startWith } from './image-registry.ts';

let machine: TestMachine | undefined;

afterEach(async () => {
  await machine?.stop();
  machine = undefined;
});

async function withImage(entries: RawEntry[], config: Record<string, unknown> = {}): Promise<TestMachine> {
  machine = await startWith(registryOf('hostile', [busyboxLayer(), rawTar(...entries)], config));
  await machine.out('docker pull -q hostile');
  // The data disk is mounted when it is first needed.
  await machine.bottleship.engine.volumeCreate({ Name: 'first' });
  return machine;
}

const link = (name: string, target: string): RawEntry => ({ name, type: '2', link: target });
/** What a container could leave on the machine. */
const machineFiles = 'find / -xdev ! -path "/proc" ! -path "/proc/*" ! -path "/tmp/*" -exec ls -ld {} +';

async function changesNothing(on: TestMachine, commands: string[]): Promise<void> {
  const before = await on.out(machineFiles);
  for (const command of commands) await on.sh(command);
  expect(await on.out(machineFiles)).toBe(before);
  expect(await on.out('docker run --rm --entrypoint /bin/echo hostile works 2>&1 || echo refused')).toMatch(
    /^works$|refused$/,
  );
  expect(await on.out('hostname')).toBe('bottleship');
}

test('links where files are mounted lead nowhere', async () => {
  const up = '../../../../../../../..';
  await changesNothing(
    await withImage([
      link('etc/hosts', `${up}/lib/hosts`),
      link('etc/hostname', `${up}/etc/profile`),
      link('etc/resolv.conf', '/proc/self/fd/10/../../../../lib/resolv'),
      link('.dockerenv', '/proc/1/root/lib/dockerenv'),
      link('sbin', `${up}/sbin`),
    ]),
    [
      'docker run --rm hostile ls /',
      'docker run --rm --init hostile ls /',
      'docker run --rm -w /sbin/new hostile pwd',
    ],
  );
});

test('links where file systems are mounted lead nowhere', async () => {
  const on = await withImage([
    link('proc', '/tmp/proc'),
    link('sys', '../../../sys'),
    link('dev', '/proc/1/root/dev'),
  ]);
  const before = await on.out('cut -d" " -f2 /proc/mounts');
  await changesNothing(on, ['docker run --rm hostile ls /', 'docker run --rm --tmpfs /proc/x hostile ls /']);
  expect(await on.out('cut -d" " -f2 /proc/mounts')).toBe(before);
});

test('a working directory in the image’s config', async () => {
  for (const directory of ['/proc/self/fd/10', '/proc/1/root', '/proc/self/cwd/../../..']) {
    const on = await withImage([], { WorkingDir: directory });
    const { stdout } = await on.sh('docker run --rm hostile ls -d run/bottleship lib/agent.js');
    expect(stdout, directory).toBe('');
    await on.stop();
  }
});

test('a pipe where the users are listed holds nobody up', async () => {
  const on = await withImage([
    { name: 'etc/passwd', type: '6' },
    { name: 'etc/group', type: '6' },
  ]);
  expect(await on.out('docker run --rm hostile echo works')).toBe('works');
  expect((await on.sh('docker run --rm -u somebody hostile id')).stderr).toContain(
    'unable to find user somebody',
  );
});

test('a device where the users are listed', async () => {
  const on = await withImage([{ name: 'etc/passwd', type: '3', dev: [1, 5] }]);
  const running = await on.start('docker run --rm -u somebody hostile id');
  expect(
    await on.out('docker run --rm --entrypoint echo hello-world; docker ps -q > /dev/null; echo usable'),
  ).toContain('usable');
  await on.sh('docker rm -f $(docker ps -aq)');
  expect(await running.exited).not.toBe(0);
});
