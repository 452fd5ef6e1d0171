/** Docker's own client, an old one and one of today, against the headless engine. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryObjects } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import { noteRequests } from '../cli/requests.ts';
import { type ClientName, isThere } from './clients.ts';
import { type Docker, engineForFile } from './engine.ts';

const engine = engineForFile();

const names: ClientName[] = ['docker 28', 'docker 20.10'];

describe.each(names)('%s', (name) => {
  // Debian's package of it cannot be had here.
  const it = test.skipIf(!isThere(name));
  let docker: Docker;
  const suffix = name.replace(/\W/g, '');

  beforeAll(() => {
    docker = engine().client(name);
  });

  it('negotiates a version', async () => {
    const version = await docker.out(
      'version',
      '--format',
      '{{.Client.APIVersion}} {{.Server.APIVersion}} {{.Server.Os}}/{{.Server.Arch}}',
    );
    expect(version).toBe(name === 'docker 28' ? '1.51 1.51 linux/386' : '1.41 1.51 linux/386');
  });

  it('runs: output, errors and exit codes are apart', async () => {
    const script = 'echo out; echo err >&2; exit 3';
    expect(
      await docker.run(['run', '--rm', '--pull', 'missing', 'busybox', 'sh', '-c', script]),
    ).toMatchObject({
      code: 3,
      stdout: 'out\n',
    });
    const missing = await docker.run(['run', '--rm', 'busybox', 'nope']);
    expect(missing.code).toBe(127);
    expect(missing.stderr).toContain('executable file not found in $PATH');
  });

  it('runs with a standard input, whose end the container sees and the output outlives', async () => {
    const input = `${'line\n'.repeat(20_000)}end\n`;
    const { code, stdout } = await docker.run(
      ['run', '-i', '--rm', 'busybox', 'sh', '-c', 'cat; sleep 0.2; echo after'],
      input,
    );
    expect(code).toBe(0);
    expect(stdout).toBe(`${input}after\n`);
  });

  it('runs on a terminal', async () => {
    const shell = docker.terminal(['run', '-it', '--rm', 'busybox', 'sh']);
    await shell.said('# ');
    shell.stdin.write('echo $((6*7)); tty; stty size\r');
    await shell.said('42\r\n/dev/pts/0\r\n30 100\r\n');
    shell.stdin.write('exit 5\r');
    expect((await shell.finished).code).toBe(5);
  });

  it('detaches from a terminal with its keys, and attaches again', async () => {
    const web = `detach${suffix}`;
    const shell = docker.terminal(['run', '-it', '--name', web, 'busybox', 'sh']);
    await shell.said('# ');
    shell.stdin.write('\x10\x11');
    expect((await shell.finished).code).toBe(0);
    expect(await docker.out('inspect', '-f', '{{.State.Running}}', web)).toBe('true');
    const again = docker.terminal(['attach', web]);
    again.stdin.write('echo again; exit 4\r');
    await again.said('again\r\n');
    expect((await again.finished).code).toBe(4);
    await docker.out('rm', web);
  });

  it('executes', async () => {
    const box = `exec${suffix}`;
    await docker.out('run', '-d', '--name', box, 'busybox', 'sleep', '1000');
    expect(await docker.out('exec', box, 'echo', 'hello')).toBe('hello');
    expect(await docker.run(['exec', '-i', box, 'sh', '-c', 'cat >&2; exit 9'], 'in')).toEqual({
      code: 9,
      stdout: '',
      stderr: 'in',
    });
    const failed = await docker.run(['exec', box, 'nope']);
    expect(failed.code).toBe(127);
    const shell = docker.terminal(['exec', '-it', box, 'sh']);
    await shell.said('# ');
    shell.stdin.write('stty size; exit\r');
    await shell.said('30 100');
    expect((await shell.finished).code).toBe(0);
    expect(await docker.out('exec', '-d', box, 'touch', '/there')).toBe('');
    await expect.poll(async () => (await docker.run(['exec', box, 'test', '-e', '/there'])).code).toBe(0);
    await docker.out('rm', '-f', box);
  });

  it('shows logs, and follows them until they end', async () => {
    const box = `logs${suffix}`;
    await docker.out(
      'run',
      '-d',
      '--name',
      box,
      'busybox',
      'sh',
      '-c',
      'echo 1; echo 2 >&2; sleep 1; echo 3',
    );
    const follower = docker.start('logs', '-f', box);
    expect(await follower.finished).toEqual({ code: 0, stdout: '1\n3\n', stderr: '2\n' });
    expect(await docker.out('logs', '--tail', '1', box)).toBe('3');
    expect(await docker.out('logs', '--timestamps', box)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z 1\n/);
    await docker.out('rm', box);
  });

  it('lists by filters and in formats, inspects, renames, updates', async () => {
    const box = `list${suffix}`;
    await docker.out('create', '--name', box, '--label', `made=${suffix}`, 'busybox', 'sleep', '1000');
    const list = ['ps', '-a', '--filter', `label=made=${suffix}`, '--format'];
    expect(await docker.out(...list, '{{.Names}} {{.Image}} {{.Status}}')).toBe(`${box} busybox Created`);
    await docker.out('rename', box, `${box}2`);
    await docker.out('update', '--memory', '64m', '--memory-swap', '128m', `${box}2`);
    expect(await docker.out('inspect', '-f', '{{.Name}} {{.HostConfig.Memory}}', `${box}2`)).toBe(
      `/${box}2 67108864`,
    );
    await docker.out('start', `${box}2`);
    await docker.out('pause', `${box}2`);
    expect(await docker.out(...list, '{{.Status}}')).toMatch(/^Up .* \(Paused\)$/);
    await docker.out('unpause', `${box}2`);
    await docker.out('restart', '-t', '0', `${box}2`);
    await docker.out('kill', `${box}2`);
    expect(await docker.out('wait', `${box}2`)).toBe('137');
    const pruned = await docker.out('container', 'prune', '-f', '--filter', `label=made=${suffix}`);
    expect(pruned).toContain('Deleted Containers:');
    expect(await docker.out(...list, '{{.ID}}')).toBe('');
  });

  it('copies both ways', async () => {
    const box = `copy${suffix}`;
    const [from, to] = [join(engine().folder, `from${suffix}`), join(engine().folder, `to${suffix}`)];
    writeFileSync(from, 'copied\n');
    await docker.out('create', '--name', box, 'busybox', 'cat', '/tmp/in');
    await docker.out('cp', from, `${box}:/tmp/in`);
    expect(await docker.out('start', '-a', box)).toBe('copied');
    await docker.out('cp', `${box}:/tmp/in`, to);
    expect(readFileSync(to, 'utf8')).toBe('copied\n');
    const { code, stderr } = await docker.run(['cp', `${box}:/nope`, to]);
    expect(code).toBe(1);
    // The old client has a text of its own.
    expect(stderr).toMatch(/Could not find the file \/nope in container|No such container:path: .*:\/nope/);
    await docker.out('rm', box);
  });

  it('builds a directory, with its arguments, and says what failed', async () => {
    const folder = join(engine().folder, `build${suffix}`);
    mkdirSync(folder);
    writeFileSync(join(folder, '.dockerignore'), 'no\n');
    writeFileSync(join(folder, 'no'), 'no');
    writeFileSync(join(folder, 'a'), 'a');
    writeFileSync(
      join(folder, 'Dockerfile'),
      'FROM busybox AS one\nARG V\nCOPY . /c/\nRUN --mount=type=tmpfs,target=/t ls /c; echo $V\nFROM one\nRUN exit $((V))\n',
    );
    const build = (...flags: string[]) =>
      engine().run('env', ['DOCKER_BUILDKIT=0', docker.program, 'build', ...flags, folder]);
    const built = await build('-t', `made${suffix}`, '--target', 'one', '--build-arg', 'V=4');
    expect(built).toMatchObject({ code: 0 });
    expect(built.stdout).toMatch(/Dockerfile\na\n4\n[^]*Successfully tagged made\w+:latest\n$/);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox\nRUN exit 7\n');
    const seven = await build();
    expect(seven.code).toBe(7);
    expect(seven.stderr).toContain("The command '/bin/sh -c exit 7' returned a non-zero code: 7\n");
    await docker.out('rmi', `made${suffix}`);
  });

  it('watches events, and takes statistics', async () => {
    const box = `events${suffix}`;
    // The client says nothing when it has begun to watch.
    const asked = noteRequests(engine().bottleship.engine);
    const watcher = docker.start('events', '--filter', `container=${box}`, '--format', '{{.Action}}');
    await expect.poll(() => asked.some((request) => request.startsWith('GET /events'))).toBe(true);
    await docker.out('run', '-d', '--name', box, 'busybox', 'sleep', '1000');
    await watcher.said('start\n');
    expect(await docker.out('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', box)).toBe(`${box} 1`);
    await docker.out('rm', '-f', box);
    await watcher.said('destroy\n');
    watcher.kill();
    expect((await watcher.finished).stdout.split('\n')).toEqual(
      expect.arrayContaining(['create', 'start', 'kill', 'die', 'destroy']),
    );
    const since = await docker.out(
      'events',
      '--since',
      '10m',
      '--until',
      '0s',
      '--filter',
      `container=${box}`,
      '--format',
      '{{.Action}}',
    );
    expect(since.split('\n')[0]).toBe('create');
  });
});

/** What is left of these in this process when all garbage is gone. */
function held(): Record<string, number> {
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  const kinds = { timers: timer.constructor, Promise, AbortController, Map, Set, Uint8Array };
  return Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, queryObjects(kind, { format: 'count' })]),
  );
}

describe('many commands', () => {
  const it = test.skipIf(!isThere('docker 28'));

  const [warming, counted, minutes] = [8, 24, 60_000];

  it(
    'leave nothing in the engine',
    async () => {
      const docker = engine().client('docker 28');
      const runs = async (count: number) => {
        for (let at = 0; at < count; at++) await docker.out('run', '--rm', 'busybox', 'true');
      };
      await runs(warming);
      const before = held();
      await runs(counted);
      // One of a kind for each command is all that it takes to fail.
      const grown = () =>
        Object.entries(held()).filter(([name, count]) => count >= (before[name] ?? 0) + counted);
      await expect.poll(grown, { timeout: 20_000 }).toEqual([]);
    },
    10 * minutes,
  );
});

describe('a client that vanishes', () => {
  const it = test.skipIf(!isThere('docker 28'));

  it('takes nothing with it, and leaves nothing', async () => {
    const docker = engine().client('docker 28');
    await docker.out(
      'run',
      '-d',
      '--name',
      'talker',
      'busybox',
      'sh',
      '-c',
      'while :; do echo tick; sleep 0.1; done',
    );
    const others = docker.start('logs', '-f', 'talker');
    const victims = [
      docker.start('logs', '-f', 'talker'),
      docker.start('attach', '--no-stdin', 'talker'),
      docker.start('exec', 'talker', 'sh', '-c', 'while :; do echo tick; sleep 0.1; done'),
    ];
    await Promise.all([others, ...victims].map((victim) => victim.said('tick')));
    for (const victim of victims) victim.kill();
    await Promise.all(victims.map((victim) => victim.finished));
    await others.said('tick\ntick\ntick\ntick\ntick\n');
    expect(await docker.out('exec', 'talker', 'echo', 'alive')).toBe('alive');
    others.kill();
    await docker.out('rm', '-f', 'talker');
  });
});
