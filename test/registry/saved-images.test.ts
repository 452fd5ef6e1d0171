/** What `docker save` writes, in the hands of other programs: umoci unpacks it, runc runs it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isThere } from '../api/clients.ts';
import { TestMachine } from '../boot/machine.ts';
import { outputOf } from './programs.ts';

const root = mkdtempSync(join(tmpdir(), 'bottleship-saved-'));
const layout = join(root, 'layout');
const bundle = join(root, 'bundle');
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot || !isThere('umoci'))('a saved image of two layers', () => {
  let config = '';

  beforeAll(async () => {
    const machine = await TestMachine.start();
    try {
      await machine.out('docker run --name made busybox sh -c "echo two > /etc/two; rm /bin/vi"');
      await machine.out('docker commit made saved:1');
      config = (await machine.bottleship.engine.imageInspect('saved:1')).Id;
      const pieces: Uint8Array[] = [];
      for await (const piece of await machine.bottleship.engine.imageSave(['saved:1'])) pieces.push(piece);
      mkdirSync(layout);
      execFileSync('tar', ['-x', '-C', layout], { input: Buffer.concat(pieces) });
    } finally {
      await machine.stop();
    }
    await outputOf('umoci', ['unpack', '--image', `${layout}:1`, bundle]);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('is unpacked by umoci', () => {
    const { process } = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as {
      process: { args: string[] };
    };
    expect(process.args).toEqual(['sh', '-c', 'echo two > /etc/two; rm /bin/vi']);
    expect(readFileSync(join(bundle, 'rootfs/etc/two'), 'utf8')).toBe('two\n');
    expect(() => readFileSync(join(bundle, 'rootfs/bin/vi'))).toThrow('ENOENT');
  });

  test.skipIf(!isThere('skopeo'))('is read by skopeo, its config the image', async () => {
    const raw = await outputOf('skopeo', ['inspect', '--raw', `oci:${layout}:1`]);
    expect((JSON.parse(raw) as { config: { digest: string } }).config.digest).toBe(config);
  });

  test.skipIf(!isThere('runc') || process.arch !== 'x64')('is run by runc', async () => {
    const path = join(bundle, 'config.json');
    const spec = JSON.parse(readFileSync(path, 'utf8')) as { process: { terminal: boolean; args: string[] } };
    Object.assign(spec.process, { terminal: false, args: ['/bin/busybox', 'cat', '/etc/two'] });
    writeFileSync(path, JSON.stringify(spec));
    const state = ['--root', join(root, 'runc')];
    const id = `saved-${process.pid}`;
    expect(await outputOf('runc', [...state, 'run', id], { cwd: bundle })).toBe('two');
  });
});
