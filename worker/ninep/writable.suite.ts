import { describe, expect, test } from 'vitest';
import type { File } from './file.ts';
import * as m from './messages.ts';
import { NinepServer } from './server.ts';
import { expectErrno, TestClient } from './testclient.suite.ts';

/** What a writable backend must bring: an empty directory, and a way to see what the host behind it has. */
export interface WritableFixture {
  readonly root: File;
  /** Every file the host has, by its path, when it has everything; undefined where there is no host. */
  hostFiles?(): Promise<Record<string, string>>;
}

const O_RDWR = 2;
const O_TRUNC = 0o1000;
const AT_REMOVEDIR = 0x200;
const bytes = (text: string) => new TextEncoder().encode(text);
const zero = { seconds: 0, nanoseconds: 0 };
const unchanged = { valid: 0, mode: 0, uid: 0, gid: 0, size: 0, atime: zero, mtime: zero };

/** A guest's usual work, in 9P. */
class Guest {
  readonly client: TestClient;

  constructor(client: TestClient) {
    this.client = client;
  }

  async create(path: string, text = '', mode = 0o644): Promise<void> {
    const fid = await this.client.walk(...directoryOf(path));
    await this.client.call(m.Tlcreate, { fid, name: nameOf(path), flags: O_RDWR, mode, gid: 0 }, m.Rlcreate);
    if (text !== '') await this.client.call(m.Twrite, { fid, offset: 0, data: bytes(text) }, m.Rwrite);
    await this.client.clunk(fid);
  }

  async write(path: string, offset: number, text: string, flags = O_RDWR): Promise<void> {
    const fid = await this.client.walk(...path.split('/'));
    await this.client.call(m.Tlopen, { fid, flags }, m.Rlopen);
    await this.client.call(m.Twrite, { fid, offset, data: bytes(text) }, m.Rwrite);
    await this.client.clunk(fid);
  }

  async read(path: string): Promise<string> {
    return new TextDecoder().decode(await this.client.readFile(...path.split('/')));
  }

  async mkdir(path: string): Promise<void> {
    const fid = await this.client.walk(...directoryOf(path));
    await this.client.call(m.Tmkdir, { fid, name: nameOf(path), mode: 0o755, gid: 0 }, m.Rmkdir);
  }

  async rename(from: string, to: string): Promise<void> {
    const fid = await this.client.walk(...directoryOf(from));
    const newfid = await this.client.walk(...directoryOf(to));
    await this.client.call(
      m.Trenameat,
      { fid, name: nameOf(from), newfid, newname: nameOf(to) },
      m.Rrenameat,
    );
  }

  async unlink(path: string, flags = 0): Promise<void> {
    const fid = await this.client.walk(...directoryOf(path));
    await this.client.call(m.Tunlinkat, { fid, name: nameOf(path), flags }, m.Runlinkat);
  }

  async setattr(path: string, change: Partial<typeof unchanged>): Promise<void> {
    const fid = await this.client.walk(...path.split('/'));
    await this.client.call(m.Tsetattr, { ...unchanged, ...change, fid }, m.Rsetattr);
  }

  async names(path = ''): Promise<string[]> {
    const entries = await this.client.readdir(path === '' ? [] : path.split('/'));
    return entries
      .map(({ name }) => name)
      .filter((name) => !/^\.\.?$/.test(name))
      .sort();
  }
}

const directoryOf = (path: string) => path.split('/').slice(0, -1);
const nameOf = (path: string) => path.split('/').at(-1) ?? '';

/** The host has exactly these, where there is one. */
async function hostHas(host: () => Promise<unknown>, files: Record<string, string>): Promise<void> {
  const found = await host();
  if (found !== undefined) expect(found).toEqual(files);
}

/** The acceptance suite of a writable `File` backend. */
export function runWritableSuite(name: string, factory: () => Promise<WritableFixture>): void {
  const check = (title: string, body: (guest: Guest, host: () => Promise<unknown>) => Promise<void>) =>
    test(title, async () => {
      const fixture = await factory();
      const client = await TestClient.attached(new NinepServer(() => fixture.root).handle9p);
      await body(new Guest(client), async () => fixture.hostFiles?.());
    });
  describe(`writable File: ${name}`, () => {
    check('what is made is there, with its mode, and reads back', async (guest, host) => {
      await guest.mkdir('dir');
      await guest.create('dir/script', '#!/bin/sh\n', 0o755);
      expect(await guest.read('dir/script')).toBe('#!/bin/sh\n');
      expect((await guest.client.stat('dir', 'script')).mode).toBe(0o100755);
      expect(await guest.names('dir')).toEqual(['script']);
      await hostHas(host, { 'dir/script': '#!/bin/sh\n' });
    });

    check('what is there is not made again', async (guest) => {
      await guest.create('a');
      await guest.mkdir('d');
      await expectErrno(guest.create('a'), 'EEXIST');
      await expectErrno(guest.mkdir('a'), 'EEXIST');
      await expectErrno(guest.create('d'), 'EEXIST');
    });

    check('writes go where they are told to; gaps are zeros', async (guest, host) => {
      await guest.create('a', 'hello');
      await guest.write('a', 5, ', world');
      await guest.write('a', 0, 'J');
      await guest.write('a', 14, 'end');
      expect(await guest.read('a')).toBe('Jello, world\0\0end');
      await hostHas(host, { a: 'Jello, world\0\0end' });
      await guest.write('a', 0, 'new', O_RDWR | O_TRUNC);
      expect(await guest.read('a')).toBe('new');
      await hostHas(host, { a: 'new' });
    });

    check('a file grows and shrinks', async (guest, host) => {
      await guest.create('a', 'hello');
      await guest.setattr('a', { valid: 8, size: 2 });
      await guest.setattr('a', { valid: 8, size: 4 });
      expect(await guest.read('a')).toBe('he\0\0');
      expect((await guest.client.stat('a')).size).toBe(4);
      await hostHas(host, { a: 'he\0\0' });
    });

    check('an editor saves: a new file takes the old one’s name', async (guest, host) => {
      await guest.create('a', 'old');
      await host();
      await guest.create('a.tmp', 'new');
      await guest.rename('a.tmp', 'a');
      expect(await guest.read('a')).toBe('new');
      expect(await guest.names()).toEqual(['a']);
      await hostHas(host, { a: 'new' });
    });

    check('names are exchanged', async (guest, host) => {
      await guest.create('a', 'A');
      await guest.create('b', 'B');
      await host();
      for (const [from, to] of [
        ['a', 't'],
        ['b', 'a'],
        ['t', 'b'],
      ] as const)
        await guest.rename(from, to);
      expect([await guest.read('a'), await guest.read('b')]).toEqual(['B', 'A']);
      await hostHas(host, { a: 'B', b: 'A' });
    });

    check('a directory moves with what is in it', async (guest, host) => {
      await guest.mkdir('from');
      await guest.mkdir('from/deep');
      await guest.create('from/deep/file', 'x', 0o755);
      await guest.mkdir('to');
      await host();
      await guest.rename('from', 'to/there');
      expect(await guest.read('to/there/deep/file')).toBe('x');
      expect((await guest.client.stat('to', 'there', 'deep', 'file')).mode).toBe(0o100755);
      expect(await guest.names()).toEqual(['to']);
      await hostHas(host, { 'to/there/deep/file': 'x' });
      await expectErrno(guest.rename('to', 'to/there/to'), 'EINVAL');
    });

    check('a rename replaces only what rename(2) does', async (guest) => {
      await guest.mkdir('full');
      await guest.create('full/file');
      await guest.mkdir('empty');
      await guest.create('file');
      await expectErrno(guest.rename('empty', 'full'), 'ENOTEMPTY');
      await expectErrno(guest.rename('file', 'empty'), 'EISDIR');
      await expectErrno(guest.rename('empty', 'file'), 'ENOTDIR');
      await expectErrno(guest.rename('nothing', 'file'), 'ENOENT');
      await guest.rename('full', 'empty');
      expect(await guest.names()).toEqual(['empty', 'file']);
    });

    check('what is removed is gone; what is not empty stays', async (guest, host) => {
      await guest.mkdir('d');
      await guest.create('d/file', 'x');
      await host();
      await expectErrno(guest.unlink('d', AT_REMOVEDIR), 'ENOTEMPTY');
      await expectErrno(guest.unlink('d'), 'EISDIR');
      await expectErrno(guest.unlink('d/file', AT_REMOVEDIR), 'ENOTDIR');
      await guest.unlink('d/file');
      await guest.unlink('d', AT_REMOVEDIR);
      await expectErrno(guest.unlink('d', AT_REMOVEDIR), 'ENOENT');
      expect(await guest.names()).toEqual([]);
      await hostHas(host, {});
    });

    check('a file that is open outlives its name', async (guest, host) => {
      await guest.create('a', 'kept');
      await host();
      const fid = await guest.client.open('a');
      await guest.unlink('a');
      await host();
      expect(new TextDecoder().decode(await guest.client.read(fid))).toBe('kept');
      await guest.client.clunk(fid);
    });

    check('a lock file: made once, gone when it is renamed', async (guest) => {
      await guest.create('index', '1');
      await guest.create('index.lock', '2');
      await expectErrno(guest.create('index.lock'), 'EEXIST');
      await guest.rename('index.lock', 'index');
      await guest.create('index.lock', '3');
      await guest.unlink('index.lock');
      expect([await guest.names(), await guest.read('index')]).toEqual([['index'], '2']);
    });

    check('symbolic links, which the host does not see', async (guest, host) => {
      const fid = await guest.client.walk();
      await guest.client.call(m.Tsymlink, { fid, name: 'link', target: '../a b', gid: 0 }, m.Rsymlink);
      expect(await guest.client.readlink('link')).toBe('../a b');
      await guest.rename('link', 'other');
      expect(await guest.client.readlink('other')).toBe('../a b');
      await hostHas(host, {});
      await guest.unlink('other');
      expect(await guest.names()).toEqual([]);
    });

    check('modes, owners and times are what they are set to', async (guest, host) => {
      await guest.create('a', 'x');
      await host();
      const time = { seconds: 1_000_000_000, nanoseconds: 5_000_000 };
      await guest.setattr('a', {
        valid: 1 | 2 | 4 | 0x20 | 0x100,
        mode: 0o4711,
        uid: 7,
        gid: 8,
        mtime: time,
      });
      await host();
      expect(await guest.client.stat('a')).toMatchObject({ mode: 0o104711, uid: 7, gid: 8, mtime: time });
    });

    check('hostile names are refused', async (guest) => {
      const fid = await guest.client.walk();
      const create = (name: string) =>
        guest.client.call(m.Tlcreate, { fid, name, flags: 2, mode: 0o644, gid: 0 }, m.Rlcreate);
      for (const name of ['', 'a/b', '/', 'a\0b']) await expectErrno(create(name), 'ENOENT');
      for (const name of ['.', '..']) await expectErrno(create(name), 'EEXIST');
      await expectErrno(create('x'.repeat(256)), 'ENAMETOOLONG');
      await expectErrno(create('ü'.repeat(128)), 'ENAMETOOLONG');
      expect(await guest.names()).toEqual([]);
    });

    check('hard links and devices are not to be had', async (guest) => {
      await guest.create('a');
      const fid = await guest.client.walk();
      const device = { fid, name: 'null', mode: 0o020666, major: 1, minor: 3, gid: 0 };
      await expectErrno(guest.client.call(m.Tmknod, device, m.Rmknod), 'EPERM');
      await guest.client.call(m.Tmknod, { ...device, mode: 0o100644 }, m.Rmknod);
      expect(await guest.names()).toEqual(['a', 'null']);
    });

    check('500 files at once, and each has its own content', async (guest, host) => {
      const all = Array.from({ length: 500 }, (_, at) => `file-${at}`);
      await Promise.all(all.map((path) => guest.create(path, path)));
      expect(await guest.names()).toEqual([...all].sort());
      expect(await Promise.all(all.map((path) => guest.read(path)))).toEqual(all);
      await hostHas(host, Object.fromEntries(all.map((path) => [path, path])));
    });
  });
}
