/** The engine in Node as a program: what `--data-root` keeps between two runs of it, and the flags that limit layers. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../scripts/engine.ts');
const dir = mkdtempSync(join(tmpdir(), 'bottleship-root-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Never rejects for the program's own failure. */
async function engine(...args: string[]): Promise<Ended> {
  const node = [...process.execArgv, '--import', 'tsx', program, ...args];
  const running = promisify(execFile)(process.execPath, node);
  running.child.stdin?.end();
  return running.catch((error: unknown) => error as Ended);
}

test('images and names outlive the engine, which keeps to the limits that it is given', async () => {
  const first = await engine('--data-root', dir, '-c', 'docker pull -q busybox && docker tag busybox mine:1');
  expect(first).toMatchObject({ stdout: 'docker.io/library/busybox:latest\n', stderr: '' });
  expect(readdirSync(join(dir, 'blobs/sha256'))).toHaveLength(1);
  const script = [
    'docker run --rm mine:1 echo runs',
    'docker rmi -f mine:1 busybox | grep -c Deleted',
    'docker pull -q busybox',
  ];
  const second = await engine('--data-root', dir, '--layer-size', '1k', '-c', script.join(';'));
  expect(second).toMatchObject({
    code: 1,
    stdout: 'runs\n2\n',
    stderr: 'it unpacks to more than 1024 bytes\n',
  });
  expect(readdirSync(join(dir, 'blobs/sha256'))).toEqual([]);
});

test('flags that say nothing are refused in words', async () => {
  expect((await engine('--layer-size', 'much')).stderr).toContain("flags.layerSize: invalid size: 'much'");
  expect((await engine('--layer-ratio', '0')).stderr).toContain('flags.layerRatio must be more than 0');
});
