/** Images and the machine's image: what is fetched, checked, served, and what happens when it is damaged. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestMachine } from './machine.ts';

const debianIsThere = existsSync(join(import.meta.dirname, '../../public/registry/index.local.json'));

async function withMachine<T>(
  work: (machine: TestMachine) => Promise<T>,
  options?: Parameters<typeof TestMachine.start>[0],
): Promise<T> {
  const machine = await TestMachine.start(options);
  try {
    return await work(machine);
  } finally {
    await machine.stop();
  }
}

test('an image is fetched once, and the second use asks for nothing', () =>
  withMachine(async (machine) => {
    expect(await machine.out('docker run --rm hello-world | head -n 2')).toContain('Hello from Docker!');
    const before = machine.requests.length;
    expect(machine.requests.filter((path) => path.includes('blobs/')).length).toBeGreaterThan(2);
    await machine.out('docker run --rm hello-world; docker images -q hello-world');
    expect(machine.requests.length).toBe(before);
  }));

test('a layer that is not what its digest says is refused, and nothing of it is kept', () =>
  withMachine(
    async (machine) => {
      const { code, stderr } = await machine.sh('docker run --rm busybox true');
      expect(code).toBe(125);
      expect(stderr).toMatch(/digest|verification|size/i);
      expect(await machine.out('docker images -q')).toBe('');
    },
    {
      answer: (path) =>
        /blobs\/sha256\/[0-9a-f]{64}$/.test(path) && !isDocument(path)
          ? new Response('not a layer')
          : undefined,
    },
  ));

/** The first blobs asked for are manifest and config, which are read as documents. */
let documents = 0;
function isDocument(_path: string): boolean {
  return documents++ < 2;
}

test('an image that is not there is refused in Docker’s words', () =>
  withMachine(async (machine) => {
    const { code, stderr } = await machine.sh('docker run --rm nosuchimage');
    expect(code).toBe(125);
    expect(stderr).toContain("Unable to find image 'nosuchimage:latest' locally");
    expect(stderr).toContain('pull access denied for nosuchimage');
  }));

test('a machine whose state is damaged is booted cold, says so, and works', () =>
  withMachine(
    async (machine) => {
      expect(machine.statuses.map((status) => status.phase)).toContain('booting');
      expect(machine.statuses.find((status) => status.phase === 'ready')).toMatchObject({ cold: true });
      expect(await machine.out('docker run --rm busybox echo works')).toBe('works');
    },
    { answer: (path) => (path.includes('/state-') ? new Response('damaged') : undefined) },
  ));

test('a machine that cannot be had says what is missing', async () => {
  const start = TestMachine.start({
    answer: (path) => (path.startsWith('machine/') ? new Response(null, { status: 404 }) : undefined),
  });
  await expect(start).rejects.toThrow('machine.json could not be fetched: HTTP status 404');
});

describe('debian', () => {
  test.skipIf(!debianIsThere)('runs, with its own users, packages and shell', () =>
    withMachine(async (machine) => {
      expect(await machine.out('docker run --rm debian cat /etc/debian_version')).toMatch(/^12\./);
      expect(await machine.out('docker run --rm debian sh -c "dpkg -l | grep -c ^ii"')).toMatch(/^\d{2,3}$/);
      expect(await machine.out('docker run --rm -u www-data debian id -un')).toBe('www-data');
      expect(await machine.out('docker run --rm debian bash -c "echo \\$BASH_VERSION"')).toMatch(/^5\./);
    }),
  );
});
