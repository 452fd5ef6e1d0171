/** What one container does must not be felt elsewhere: memory, processes, processor, output. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const out = (script: string, input?: string) => machine().out(script, input);
const sh = (script: string, input?: string) => machine().sh(script, input);

const inspect = (name: string) =>
  out(`docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}' ${name}`);

afterEach(async () => {
  await sh('docker rm -f $(docker ps -aq)');
});

describe('memory', () => {
  const hog = 'docker run -m 16m --memory-swap 16m --name hog busybox';

  test('more than the limit is killed: 137, OOMKilled', async () => {
    expect((await sh(`${hog} tail /dev/zero`)).code).toBe(137);
    expect(await inspect('hog')).toBe('exited 137 true');
    expect(await out('docker run --rm busybox echo alive')).toBe('alive');
  });

  test('files in a tmpfs count', async () => {
    const { code } = await sh(`${hog} sh -c 'dd if=/dev/zero of=/dev/shm/big bs=1M count=40 2>/dev/null'`);
    expect(code).not.toBe(0);
    expect(await inspect('hog')).toMatch(/true$/);
  });

  test('below it nothing is', async () => {
    expect(await out(`${hog} sh -c 'cat /sys/fs/cgroup/memory.max; head -c 4000000 /dev/zero | wc -c'`)).toBe(
      '16777216\n4000000',
    );
    expect(await inspect('hog')).toBe('exited 0 false');
  });
});

describe('processes', () => {
  test('a fork bomb meets its limit, and the shell stays usable', async () => {
    const terminal = await machine().terminal();
    await out(
      `docker run -d --name bomb --pids-limit 40 busybox sh -c 'bomb() { bomb | bomb & }; bomb; while :; do bomb; sleep 1; done'`,
    );
    const events = 'cat /sys/fs/cgroup/docker/$(docker inspect -f "{{.Id}}" bomb)/pids';
    await machine().until(`${events}.events | grep -qv "max 0" && echo met`, 'met');
    expect(Number(await out(`${events}.current`))).toBeLessThanOrEqual(40);
    await terminal.run('echo $((6*7))', '42');
    expect(await out('docker run --rm busybox echo beside it')).toBe('beside it');
    await out('docker rm -f bomb');
    await machine().until('ls /sys/fs/cgroup/docker | grep -c "^[0-9a-f]\\{64\\}$"', '0');
  });

  test('the limit can be read inside', async () => {
    expect(await out('docker run --rm --pids-limit 40 busybox cat /sys/fs/cgroup/pids.max')).toBe('40');
  });
});

describe('the processor', () => {
  test('busy containers leave the prompt and each other their part', async () => {
    const terminal = await machine().terminal();
    await Promise.all(
      [1, 2, 3].map((i) => out(`docker run -d --name busy${i} busybox sh -c 'while :; do :; done'`)),
    );
    for (let i = 0; i < 20; i++) await terminal.run(`echo $((${i}+1000))`, String(i + 1000));
    expect(await out('docker run --rm busybox echo done')).toBe('done');
  });
});

describe('output', () => {
  const size = 50 * 1024 * 1024;
  const line = 'all hands on deck, 50 megabytes of this are coming\n';
  const expected = () => {
    const hash = createHash('sha256');
    const block = Buffer.from(line.repeat(1024));
    for (let left = size; left > 0; left -= block.length)
      hash.update(block.subarray(0, Math.min(left, block.length)));
    return hash.digest('hex');
  };

  test('50 MB arrive to the last byte, and another prompt stays usable', async () => {
    const terminal = await machine().terminal();
    const running = await machine().start(
      `docker run --rm busybox sh -c 'yes "${line.trim()}" | head -c ${size}'`,
    );
    const hash = createHash('sha256');
    let received = 0;
    let answered = 0;
    const ended = new AbortController();
    const prompt = (async () => {
      while (!ended.signal.aborted) {
        await terminal.run(`echo $((${answered}+1000))`, String(answered + 1000));
        answered++;
      }
    })();
    for await (const bytes of running.stdout) {
      hash.update(bytes);
      received += bytes.length;
    }
    ended.abort();
    expect(await running.exited).toBe(0);
    expect(received).toBe(size);
    expect(hash.digest('hex')).toBe(expected());
    await prompt;
    expect(answered).toBeGreaterThan(10);
  }, 400_000);

  test('binary output arrives unchanged, through a pipe in the guest too', async () => {
    const script = `head -c 3000000 /dev/urandom > /tmp/random; sha256sum < /tmp/random; docker run -i --rm busybox cat < /tmp/random | sha256sum`;
    const [before, after] = (await out(script)).split('\n');
    expect(after).toBe(before);
  });

  test('nobody reads: the container stands still, and nothing else does', async () => {
    const running = await machine().start('docker run --rm --name unread busybox yes');
    await machine().until('docker ps --format {{.Names}}', 'unread');
    expect(await out('docker run --rm busybox echo beside it')).toBe('beside it');
    const terminal = await machine().terminal();
    await terminal.run('echo $((6*7))', '42');
    await out('docker rm -f unread');
    for await (const bytes of running.stdout) expect(bytes.length).toBeGreaterThan(0);
    expect(await running.exited).toBe(137);
  });

  test('what a detached container prints is kept up to the log’s size, the newest last', async () => {
    await out('docker run -d --name chatty busybox seq 1 200000; docker wait chatty');
    expect(await out('docker logs --tail 3 chatty')).toBe('199998\n199999\n200000');
  });

  test('many small writers at once keep their lines whole', async () => {
    const finished = await Promise.all(
      [1, 2, 3, 4].map((i) =>
        sh(`docker run --rm busybox sh -c 'for n in $(seq 1 500); do echo "${i}-$n"; done'`),
      ),
    );
    finished.forEach(({ stdout }, index) => {
      expect(stdout).toBe(Array.from({ length: 500 }, (_, n) => `${index + 1}-${n + 1}\n`).join(''));
    });
  });
});
