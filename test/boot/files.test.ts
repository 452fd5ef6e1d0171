/** Files into and out of containers: archives by the engine's API, compared with GNU tar's on this host. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gnuTar, paxData, rawTar, seenOnDisk } from '../../worker/layers/tarfixture.suite.ts';
import type { ApiError, PutArchiveOptions } from '../../worker/protocol/engine-api.ts';
import { added, atRest } from './counts.ts';
import { machineForFile } from './machine.ts';

const isRoot = process.getuid?.() === 0;
const machine = machineForFile();
const engine = () => machine().bottleship.engine;
const out = (script: string) => machine().out(script);

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

const put = (id: string, path: string, tar: Uint8Array, options?: PutArchiveOptions) =>
  engine().containerPutArchive(id, path, pieces(tar), options);

async function get(id: string, path: string): Promise<Buffer> {
  const { tar } = await engine().containerGetArchive(id, path);
  const parts: Uint8Array[] = [];
  for await (const part of tar) parts.push(part);
  return Buffer.concat(parts);
}

/** What GNU tar lists of an archive, without times. */
async function listed(id: string, path: string): Promise<string[]> {
  return execFileSync('tar', ['-tf', '-'], { input: await get(id, path) })
    .toString()
    .trim()
    .split('\n');
}

const stat = (path: string) => engine().containerPathStat('running', path);

/** Paths and what is in them. */
function contents(dir: string): unknown {
  return Object.entries(seenOnDisk(dir)).map(([path, { content }]) => [path, content]);
}

function failure(operation: Promise<unknown>): Promise<string> {
  return operation.then(
    () => 'did not fail',
    (error: ApiError) => `${error.status} ${error.message}`,
  );
}

beforeAll(async () => {
  await out('docker run -d --name running busybox sleep 100000');
  await out('docker create --name created busybox true');
  await out('docker run --name ended busybox sh -c "echo kept > /kept"');
});

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bottleship-files-'));
  folders.push(folder);
  return folder;
}

describe('whole trees', () => {
  test.skipIf(!isRoot)('go in and come out as GNU tar sees them', async () => {
    const [from, to] = [scratch(), scratch()];
    const long = `{${'n'.repeat(200)}}`;
    execFileSync('bash', [
      '-euc',
      `cd ${from}; umask 022; mkdir -p folder/sub empty '${long}/${long}'; echo text > folder/file; : > nothing
       ln folder/file hard; ln -s ../nowhere folder/soft; mkfifo fifo; mknod device c 1 3; mknod block b 7 300
       head -c 3000000 /dev/urandom > large; echo deep > '${long}/${long}/file'; echo ä > 'ä b'
       chown 70000:3000000 large; chown -h 5:6 folder/soft; chmod 4751 large; chmod 1777 empty; chmod 2755 folder
       find . -exec touch -hd '2001-02-03 04:05:06 UTC' {} +`,
    ]);
    const tar = gnuTar(from, '--format=pax');
    for (const id of ['running', 'created', 'ended']) {
      await out(`docker exec running mkdir -p /tree`);
      await put(id, '/', rawTar({ name: 'tree/', type: '5', mode: 0o755 }));
      await put(id, '/tree', tar);
      rmSync(to, { recursive: true });
      mkdirSync(to);
      const archive = await get(id, '/tree/.');
      execFileSync('tar', ['-C', to, '-xpf', '-'], { input: archive });
      expect({ ...seenOnDisk(to), '.': undefined }).toEqual({ ...seenOnDisk(from), '.': undefined });
    }
    expect(
      await out(
        'docker exec running sh -c "cd /tree; stat -c %a:%u:%g:%h:%Y large hard; readlink folder/soft"',
      ),
    ).toBe('4751:70000:3000000:1:981173106\n644:0:0:2:981173106\n../nowhere');
  });

  test('names of 4 kB', async () => {
    const name = Array.from({ length: 18 }, () => 'n'.repeat(220)).join('/');
    const data = paxData({ path: `${name}/file` });
    await put('running', '/tmp', rawTar({ name: 'x', type: 'x', data }, { name: 'file', data: 'deep' }));
    const names = await listed('running', '/tmp');
    expect(names.at(-1)).toBe(`tmp/${name}/file`);
    await out(`docker exec running sh -c 'rm -r /tmp/nnn*'`);
  });

  test('1,000 small files and one large one, both ways', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'small'));
    for (let i = 0; i < 1000; i++) writeFileSync(join(folder, 'small', `f${i}`), `${i}`.repeat(i % 300));
    writeFileSync(join(folder, 'large'), Buffer.alloc(5_000_000, 'abcdefg'));
    for (const name of ['small', 'large']) {
      const tar = execFileSync('tar', ['-C', folder, '-cf', '-', name], { maxBuffer: 1 << 28 });
      await put('running', '/root', tar);
      const back = scratch();
      execFileSync('tar', ['-C', back, '-xf', '-'], { input: await get('running', `/root/${name}`) });
      expect(contents(join(back, name))).toEqual(contents(join(folder, name)));
    }
    await out('docker exec running rm -r /root/small /root/large');
  });
});

describe('paths', () => {
  beforeAll(async () => {
    await out(
      `docker exec running sh -c 'mkdir -p /bar/quux; cd /bar; echo world > quux/baz; ln -s notexist notarget
       ln -s quux/baz filesymlink; ln -s quux dirsymlink; ln -s / root; ln -s loop loop; ln -s ../../../etc/passwd up'`,
    );
  });

  test.each([
    ['bar/quux', ['quux/', 'quux/baz']],
    ['bar/quux/', ['quux/', 'quux/baz']],
    ['bar/quux/.', ['./', './baz']],
    ['bar/quux/baz', ['baz']],
    ['/bar/filesymlink', ['filesymlink']],
    ['/bar/dirsymlink', ['dirsymlink']],
    ['/bar/dirsymlink/', ['dirsymlink/', 'dirsymlink/baz']],
    ['/bar/dirsymlink/.', ['./', './baz']],
    ['/bar/../bar/./quux/baz', ['baz']],
    ['/bar/root/bar/quux', ['quux/', 'quux/baz']],
    ['../../../bar/quux/baz', ['baz']],
  ])('%s gives %j', async (path, names) => {
    expect(await listed('running', path)).toEqual(names);
  });

  test.each([
    ['/', ['/', '/bin/']],
    ['.', ['./', './bin/']],
    ['/bar/root/', ['root/', 'root/bin/']],
    ['/bar/root/.', ['./', './bin/']],
  ])('the root as %s', async (path, names) => {
    const all = execFileSync('tar', ['-Ptf', '-'], { input: await get('running', path) })
      .toString()
      .split('\n');
    expect(all[0]).toBe(names[0]);
    expect(all).toContain(names[1]);
  });

  test('what a path is', async () => {
    await out(`docker exec running touch -d '2001-02-03 04:05:06' /bar/quux/baz`);
    expect(await stat('/bar/quux/baz')).toEqual({
      name: 'baz',
      size: 6,
      mode: 0o644,
      mtime: '2001-02-03T04:05:06Z',
      linkTarget: '',
    });
    expect(await stat('/bar/filesymlink')).toMatchObject({
      name: 'filesymlink',
      mode: 0o777 + 2 ** 27,
      linkTarget: '/bar/quux/baz',
    });
    expect(await stat('/bar/notarget')).toMatchObject({ linkTarget: '/bar/notexist' });
    expect(await stat('/bar/up')).toMatchObject({ linkTarget: '/etc/passwd' });
    expect(await stat('/bar/dirsymlink/')).toMatchObject({ mode: 0o755 + 2 ** 31, linkTarget: '' });
    expect(await stat('tmp')).toMatchObject({ name: 'tmp', mode: 0o777 + 2 ** 31 + 2 ** 20 });
  });

  test('what is not there', async () => {
    const tar = rawTar({ name: 'f', data: '' });
    for (const id of ['running', 'created']) {
      const missing = (path: string) => `404 Could not find the file ${path} in container ${id}`;
      expect(await failure(engine().containerPathStat(id, '/dne'))).toBe(missing('/dne'));
      expect(await failure(get(id, '/dne/x'))).toBe(missing('/dne/x'));
      expect(await failure(put(id, '/dne', tar))).toBe(missing('/dne'));
      expect(await failure(get(id, '/etc/passwd/'))).toBe('500 lstat /etc/passwd/: not a directory');
      expect(await failure(put(id, '/etc/passwd/', tar))).toBe('500 lstat /etc/passwd/: not a directory');
      expect(await failure(put(id, '/etc/passwd', tar))).toBe('400 extraction point is not a directory');
    }
    expect(await failure(put('running', '/bar/loop', tar))).toContain('too many levels of symbolic links');
  });

  test('an archive goes where a link leads', async () => {
    await put('running', '/bar/dirsymlink', rawTar({ name: 'new', data: 'x' }));
    expect(await out('docker exec running cat /bar/quux/new')).toBe('x');
  });
});

describe('what a container has of its disk', () => {
  test('what is mounted while it runs is not there; what the engine writes for it is', async () => {
    expect(await listed('running', '/proc')).toEqual(['proc/']);
    expect(await listed('running', '/dev')).toEqual(['dev/']);
    const hosts = (await get('running', '/etc/hosts')).toString();
    expect(hosts).toContain('127.0.0.1\tlocalhost');
    const text = (await get('running', '/etc/hostname')).toString('utf8', 512, 524);
    expect(text).toBe(await out('docker exec running hostname'));
  });

  test('a container that has ended, one that has never run, one that is paused', async () => {
    expect((await get('ended', '/kept')).toString('utf8', 512, 516)).toBe('kept');
    await put('created', '/', rawTar({ name: 'early', data: 'early' }));
    await out('docker run -d --name paused busybox sleep 1000; docker pause paused');
    await put('paused', '/', rawTar({ name: 'f', data: 'frozen' }));
    await out('docker unpause paused');
    expect(await out('docker exec paused cat /f')).toBe('frozen');
    await out('docker run -d --name later busybox sleep 1000; docker rm -f later paused');
  });

  test('what was put before the start is there after it', async () => {
    await out('docker create --name later busybox cat /early');
    await put('later', '/', rawTar({ name: 'early', data: 'bird\n' }));
    expect(await out('docker start -a later; docker rm later')).toBe('bird\nlater');
  });

  test('read-only roots, and volumes in them', async () => {
    await out(
      `mkdir -p /var/lib/docker/t/rw /var/lib/docker/t/ro; docker create --name sealed --read-only \
       -v /var/lib/docker/t/rw:/rw -v /var/lib/docker/t/ro:/ro:ro busybox true`,
    );
    const tar = rawTar({ name: 'f', data: 'x' });
    expect(await failure(put('sealed', '/', tar))).toBe('400 container rootfs is marked read-only');
    expect(await failure(put('sealed', '/ro', tar))).toBe('400 mounted volume is marked read-only');
    await put('sealed', '/rw', tar);
    expect(await out('cat /var/lib/docker/t/rw/f')).toBe('x');
    expect(await listed('sealed', '/rw')).toEqual(['rw/', 'rw/f']);
    await out('docker rm sealed; rm -r /var/lib/docker/t');
  });

  test('a running container with a read-only root takes files into its volumes', async () => {
    await out(
      `mkdir -p /var/lib/docker/t; docker run -d --name sealed --read-only -v /var/lib/docker/t:/rw busybox sleep 1000`,
    );
    await put('sealed', '/rw', rawTar({ name: 'f', data: 'x' }));
    expect(await out('docker exec sealed cat /rw/f')).toBe('x');
    expect(await failure(put('sealed', '/tmp', rawTar({ name: 'f', data: 'x' })))).toContain('read-only');
    await out('docker rm -f sealed; rm -r /var/lib/docker/t');
  });

  test("owners by the container's user", async () => {
    await out(`docker run -d --name owned --user 33:www-data busybox sleep 1000`);
    await put('owned', '/tmp', rawTar({ name: 'f', data: 'x' }), { copyUIDGID: true });
    await put('owned', '/tmp', rawTar({ name: 'g', data: 'x' }));
    expect(await out('docker exec owned stat -c %u:%g /tmp/f /tmp/g')).toBe('33:33\n0:0');
    await out('docker rm -f owned');
    await out('docker create --name owned --user nobody-known busybox true');
    expect(await failure(put('owned', '/tmp', rawTar({ name: 'f' }), { copyUIDGID: true }))).toBe(
      '400 failed to look up user "nobody-known" in container: no matching entries in passwd file',
    );
    await out('docker rm owned');
  });

  test('kinds are kept when asked for', async () => {
    const options = { noOverwriteDirNonDir: true };
    expect(await failure(put('running', '/', rawTar({ name: 'bar', data: '' }), options))).toBe(
      '500 cannot overwrite directory "/bar" with non-directory "/"',
    );
    expect(await failure(put('running', '/etc', rawTar({ name: 'passwd/', type: '5' }), options))).toBe(
      '500 cannot overwrite non-directory "/etc/passwd" with directory "/etc"',
    );
  });
});

describe('no way out', () => {
  test('links to the machine lead into the container', async () => {
    await out('echo mine > /run/secret; echo mine > /secret');
    await out(
      `docker exec running sh -c 'ln -s /../../../../secret /s1; ln -s /run/secret /s2; ln -s /var/lib/docker /s3; ln -s /proc/1/root /s4'`,
    );
    expect(await failure(get('running', '/s1/'))).toMatch(/^404/);
    expect(await failure(get('running', '/s3/'))).toMatch(/^404/);
    expect(await failure(get('running', '/s4/'))).toMatch(/^404/);
    expect(await failure(put('running', '/s3', rawTar({ name: 'x' })))).toMatch(/^404/);
    expect(await listed('running', '/s2')).toEqual(['s2']);
    await out('rm /secret /run/secret');
  });

  test('a container that swaps folders and links all the time', async () => {
    await out('mkdir -p /target; echo mine > /target/secret; mkdir -p /run/x');
    await out(
      `docker run -d --name swapper busybox sh -c 'mkdir -p /a/dir /b; ln -s /target /b/dir; echo ours > /a/dir/file
       while :; do mv /a/dir /c; mv /b/dir /a/dir; mv /a/dir /b/dir; mv /c /a/dir; done'`,
    );
    for (let i = 0; i < 15; i++) {
      const archive = await get('swapper', '/a/').catch(() => Buffer.alloc(0));
      expect(archive.includes('mine')).toBe(false);
      await put('swapper', '/a/dir', rawTar({ name: 'planted', data: 'x' })).catch(() => undefined);
      expect(await out('ls /target')).toBe('secret');
    }
    await out('docker rm -f swapper; rm -r /target');
  });

  test('devices of the container are not opened, fifos do not block', async () => {
    await out(`docker exec running sh -c 'mkdir /odd; mkfifo /odd/fifo; mknod /odd/null c 1 3'`);
    expect(await listed('running', '/odd')).toEqual(['odd/', 'odd/fifo', 'odd/null']);
  });

  test('an archive of many entries leaves what it must', async () => {
    const entries = Array.from({ length: 1000 }, (_, i) => ({
      name: `many/${i}`,
      type: '2',
      link: `${i + 1}`,
    }));
    await put('running', '/tmp', rawTar(...entries));
    expect(await out('docker exec running sh -c "ls /tmp/many | wc -l; rm -r /tmp/many"')).toBe('1000');
  });
});

const counts = async () => ({ ...(await machine().census()), memoryAvailable: 0 });

test('nothing is left of fifty copies', async () => {
  await get('created', '/etc');
  const before = await atRest(counts);
  for (let i = 0; i < 10; i++) {
    await get('running', '/etc');
    await get('created', '/etc');
    await put('running', '/tmp', rawTar({ name: 'f', data: 'x' }));
    await failure(put('created', '/tmp', rawTar({ name: '../f', data: 'x' })));
    const { tar } = await engine().containerGetArchive('created', '/bin');
    await tar[Symbol.asyncIterator]().return?.();
  }
  await expect.poll(async () => added(before, await counts())).toEqual({});
});

describe('export', () => {
  test('one that nobody reads keeps the container from nothing that it does while it runs', async () => {
    await out('docker run -d --name unread busybox sleep 1000');
    const tar = (await engine().containerExport('unread'))[Symbol.asyncIterator]();
    await out('docker pause unread; docker unpause unread; docker commit unread unread-copy');
    await tar.return?.();
    await out('docker rm -f unread; docker rmi unread-copy');
  });

  test('the root file system, without what is mounted in it', async () => {
    await out(
      `mkdir -p /var/lib/docker/t; echo x > /var/lib/docker/t/f
       docker run --name whole -v /var/lib/docker/t:/data busybox sh -c 'echo new > /new; rm /etc/group'`,
    );
    const parts: Uint8Array[] = [];
    for await (const part of await engine().containerExport('whole')) parts.push(part);
    const folder = scratch();
    execFileSync('tar', ['-C', folder, '-xpf', '-'], { input: Buffer.concat(parts) });
    const seen = seenOnDisk(folder);
    expect(Object.keys(seen)).toEqual(
      expect.arrayContaining(['./.dockerenv', './etc/passwd', './data', './proc', './new']),
    );
    expect(Object.keys(seen).filter((path) => /^\.\/(data|proc|dev|sys)\/./.test(path))).toEqual([]);
    expect(seen['./etc/group']).toBeUndefined();
    expect(seen['./etc/hosts']?.content).toMatch(/^0 bytes/);
    const busybox = await out(
      `docker run --rm busybox sh -c 'sha256sum < /bin/busybox; stat -c %h /bin/busybox'`,
    );
    const [sum = '', links] = busybox.split('\n');
    expect(seen['./bin/busybox']?.content).toContain(sum.slice(0, 16));
    expect(String(seen['./bin/busybox']?.nlink)).toBe(links);
    await out('docker rm whole; rm -r /var/lib/docker/t');
  });

  test('of a container that is not there any more', async () => {
    expect(await failure(engine().containerExport('nobody'))).toBe('404 No such container: nobody');
  });
});

/** What `docker diff` says of a container that has run a script. */
const changed = (script: string) =>
  out(
    `docker run --name changed busybox sh -c '${script}'; docker diff changed; docker rm changed > /dev/null`,
  );

describe('changes and sizes', () => {
  test('a container that has only run has changed nothing', async () => {
    expect(await changed('cat /etc/passwd > /dev/null')).toBe('');
    expect(await out('docker create --name fresh busybox; docker diff fresh; docker rm fresh')).toMatch(
      /^[0-9a-f]{64}\nfresh$/,
    );
  });

  test('added, changed and deleted', async () => {
    expect(await changed('mkdir /foo; echo xyzzy > /foo/bar')).toBe('A /foo\nA /foo/bar');
    expect(await changed('echo x >> /etc/passwd; rm /etc/group; touch /tmp/new')).toBe(
      'C /etc\nD /etc/group\nC /etc/passwd\nC /tmp\nA /tmp/new',
    );
    expect(await changed('rm -r /home; rm -r /root; mkdir /root; chmod 700 /root; touch /root/x')).toMatch(
      /(C \/root\n)A \/root\/x$/,
    );
  });

  test('touched but not changed', async () => {
    expect(
      await changed('chmod 600 /etc/passwd; chmod 644 /etc/passwd; mv /etc/group /g; mv /g /etc/group'),
    ).toBe('');
  });

  test('while it runs', async () => {
    await out(
      'docker run -d --name busy busybox sh -c "head -c 5000 /dev/zero > /five; ln /five /two; sleep 1000"',
    );
    await machine().until('docker diff busy', 'A /five\nA /two');
    expect(await out('docker inspect -s -f "{{.SizeRw}}" busy')).toBe('5000');
    const { SizeRw, SizeRootFs } = await engine().containerInspect('busy', { size: true });
    const { Size } = await engine().imageInspect('busybox');
    expect([SizeRw, SizeRootFs]).toEqual([5000, Size + 5000]);
    expect(await out('docker ps -s -f name=busy --format "{{.Size}}"')).toMatch(/^5kB \(virtual .*B\)$/);
    await out('docker rm -f busy');
  });
});
