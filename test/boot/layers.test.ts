/** Layers as the guest's kernel sees them: tars made by GNU tar, served over 9P, stacked by overlayfs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paxData, rawTar } from '../../worker/layers/tarfixture.suite.ts';
import { busyboxLayer, registryOf, startWith } from './image-registry.ts';
import type { TestMachine } from './machine.ts';

const isRoot = process.getuid?.() === 0;

function layerFrom(script: string, ...options: string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'bottleship-layer-'));
  try {
    execFileSync('bash', ['-euc', script], { cwd: folder });
    return execFileSync('tar', [...options, '-C', folder, '-cf', '-', '.'], { maxBuffer: 1 << 30 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!isRoot)('layers made by GNU tar (as root, for owners and devices)', () => {
  let machine: TestMachine;
  const inside = (script: string) => machine.out(`docker run --rm stack sh -c '${script}'`);

  beforeAll(async () => {
    const middle = layerFrom(
      `mkdir -p kept/deep gone opaque; echo one > kept/file; echo two > gone/file; echo three > opaque/below
       echo hidden > whited; ln kept/file kept/hard; ln -s ../kept/file kept/soft; mkfifo kept/fifo
       mknod kept/device c 1 3; truncate -s 8M kept/sparse; echo end >> kept/sparse
       long=$(printf 'n%.0s' {1..200}); mkdir -p deep/$long/$long; echo long > deep/$long/$long/file
       chown 12:34 kept/file; chmod 4751 kept/file; touch -d '2001-02-03 04:05:06.789 UTC' kept/file`,
      '--sparse',
      '--format=pax',
    );
    const top = layerFrom(
      `mkdir -p opaque kept; : > .wh.whited; : > .wh.gone; : > opaque/.wh..wh..opq; echo above > opaque/above
       echo new > kept/added`,
    );
    // By hand: GNU tar only writes attributes that this machine's file system lets it set.
    const noted = rawTar(
      { name: 'attributes', type: 'x', data: paxData({ 'SCHILY.xattr.user.note': 'text' }) },
      { name: 'noted', data: 'a file with an attribute' },
    );
    machine = await startWith(registryOf('stack', [busyboxLayer(), middle, top, noted]));
    await machine.out('docker pull -q stack');
  });

  afterAll(() => machine?.stop());

  test('whiteouts hide, opaque folders start anew, folders merge', async () => {
    expect(await inside('ls -d /whited /gone 2>&1 | grep -c "No such"')).toBe('2');
    expect(await inside('ls /opaque; ls /kept')).toBe(
      ['above', 'added', 'deep', 'device', 'fifo', 'file', 'hard', 'soft', 'sparse'].join('\n'),
    );
  });

  test('owner, mode, time, links', async () => {
    expect(await inside('stat -c "%u:%g %a %h %Y" /kept/file')).toBe('12:34 4751 2 981173106');
    expect(await inside('cat /kept/soft /kept/hard; readlink /kept/soft')).toBe('one\none\n../kept/file');
    expect(await inside('[ /kept/file -ef /kept/hard ] && echo same')).toBe('same');
  });

  test('devices, fifos, sparse files, long names', async () => {
    expect(await inside('stat -c "%F %t:%T" /kept/device; stat -c %F /kept/fifo')).toBe(
      'character special file 1:3\nfifo',
    );
    expect(await inside('wc -c < /kept/sparse; tail -c 4 /kept/sparse')).toBe(`${8 * 1024 * 1024 + 4}\nend`);
    expect(await inside('cat /deep/*/*/file')).toBe('long');
  });

  test('devices of the image can be used, within the rules', async () => {
    expect(await inside('echo x > /kept/device && wc -c < /kept/device')).toBe('0');
  });

  test('extended attributes', async () => {
    const script = `
const value = new Uint8Array(64);
const length = syscall(230, '/noted', 'user.note', value, value.length);
const text = new Uint8Array(encode(length < 0 ? 'errno ' + -length : decode(value.subarray(0, length))));
syscall(4, 1, text, text.length - 1);`;
    await machine.out('docker run -d --name attributes stack sleep 1000');
    await machine.out('docker exec -i attributes sh -c "cat > /agent; chmod +x /agent" < /bin/agent');
    await machine.out('docker exec -i attributes sh -c "cat > /script.js"', script);
    expect(await machine.out('docker exec attributes /agent /script.js')).toBe('text');
    await machine.out('docker rm -f attributes');
  });

  test('what is written goes to the container and to nobody else', async () => {
    await inside('echo changed > /kept/file; rm /kept/added; rm -r /opaque');
    expect(await inside('cat /kept/file /kept/added /opaque/above')).toBe('one\nnew\nabove');
  });
});

const alpine = join(import.meta.dirname, '../../../shared/images/alpine/alpine-minirootfs-3.20.3-x86.tar.gz');

describe.skipIf(!existsSync(alpine))('alpine (../shared/images, where it is there)', () => {
  let machine: TestMachine;
  const tar = existsSync(alpine) ? gunzipSync(readFileSync(alpine)) : Buffer.alloc(0);

  beforeAll(async () => {
    machine = await startWith(registryOf('alpine', [tar]));
    await machine.out('docker pull -q alpine');
  });

  afterAll(() => machine?.stop());

  test('every file has the content that tar unpacks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bottleship-alpine-'));
    try {
      execFileSync('tar', ['-C', folder, '-xf', '-'], { input: tar });
      const list = 'find . -xdev -type f -exec sha256sum {} + | sort -k 2';
      const wanted = execFileSync('bash', ['-c', `LC_ALL=C ${list}`], { cwd: folder, maxBuffer: 1 << 26 });
      const own = /\/(\.dockerenv|etc\/(hosts|hostname|resolv\.conf))$/;
      const lines = (text: string) =>
        text
          .trim()
          .split('\n')
          .filter((line) => !own.test(line))
          .toSorted();
      const seen = await machine.out(`docker run --rm alpine sh -c 'cd /; ${list}'`);
      expect(lines(seen)).toEqual(lines(wanted.toString()));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('its own programs run', async () => {
    expect(
      await machine.out('docker run --rm alpine sh -c ". /etc/os-release; echo \\$ID; apk --version"'),
    ).toMatch(/^alpine\napk-tools 2/);
  });
});
