import { describe, expect, test } from 'vitest';
import { NinepServer } from './server.ts';
import type { File } from './file.ts';
import * as m from './messages.ts';
import { TestClient, expectErrno } from './testclient.suite.ts';

/**
 * What a backend must bring: a tree with at least this in it.
 *
 *     hello          regular file, 0644, 1000:1001, "hello, world\n", mtime 1234567890.123456789
 *     big            regular file of 100,000 bytes, byte i being i % 251
 *     empty          regular file of no bytes
 *     link           symbolic link to "dir/inner"
 *     dir/           0750
 *     dir/inner      regular file "inner\n"
 *     dir/sub/       empty directory
 *     many/          500 empty files called file-0 to file-499
 */
export interface Fixture {
  readonly root: File;
}

export interface SuiteOptions {
  /** Tests this backend cannot pass, each with its reason. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

/** Mode bits of the expectations below. */
const regular = 0o100000;
const directory = 0o040000;

/** The acceptance suite of a 9P `File` backend, driven through the server. */
export function runSuite(
  name: string,
  factory: () => Fixture | Promise<Fixture>,
  { skip = [] }: SuiteOptions = {},
): void {
  const reason = (title: string) => skip.find(({ tests }) => tests.includes(title))?.reason;
  const check = (title: string, body: (client: TestClient) => Promise<void>) => {
    const why = reason(title);
    test.skipIf(why !== undefined)(why === undefined ? title : `${title} (${why})`, async () => {
      const { root } = await factory();
      await body(await TestClient.attached(new NinepServer(() => root).handle9p));
    });
  };

  describe(`File: ${name}`, () => {
    check('getattr tells what a file is', async (client) => {
      const hello = await client.stat('hello');
      expect(hello).toMatchObject({
        mode: regular | 0o644,
        uid: 1000,
        gid: 1001,
        size: 13,
        nlink: 1,
        rdev: 0,
      });
      expect(hello.mtime).toEqual({ seconds: 1234567890, nanoseconds: 123456789 });
      expect(await client.stat('dir')).toMatchObject({ mode: directory | 0o750, nlink: 3 });
      expect(await client.stat('link')).toMatchObject({ mode: 0o120777, size: 9 });
    });

    check('qids are stable, distinct and never of version 0', async (client) => {
      const paths = [['hello'], ['big'], ['dir'], ['dir', 'inner'], ['link'], []];
      const first = await Promise.all(paths.map(async (path) => (await client.stat(...path)).qid));
      const second = await Promise.all(paths.map(async (path) => (await client.stat(...path)).qid));
      expect(second).toEqual(first);
      expect(new Set(first.map(({ path }) => path)).size).toBe(paths.length);
      for (const { version } of first) expect(version).not.toBe(0);
      expect(first.map(({ type }) => type)).toEqual([0, 0, 0x80, 0, 2, 0x80]);
    });

    check('a file reads back whole and in parts', async (client) => {
      expect(new TextDecoder().decode(await client.readFile('hello'))).toBe('hello, world\n');
      const big = await client.readFile('big');
      expect(big.length).toBe(100_000);
      expect(big.every((byte, i) => byte === i % 251)).toBe(true);
      const fid = await client.open('big');
      const { data } = await client.call(m.Tread, { fid, offset: 99_990, count: 100 }, m.Rread);
      expect([...data]).toEqual([...big.subarray(99_990)]);
    });

    check('reading at and past the end gives nothing', async (client) => {
      const fid = await client.open('hello');
      for (const offset of [13, 14, 2 ** 40]) {
        expect(await client.call(m.Tread, { fid, offset, count: 10 }, m.Rread)).toEqual({
          data: new Uint8Array(),
        });
      }
      expect(await client.readFile('empty')).toEqual(new Uint8Array());
    });

    check('readlink tells the target', async (client) => {
      expect(await client.readlink('link')).toBe('dir/inner');
      await expectErrno(client.readlink('hello'), 'EINVAL');
    });

    check('a walk goes down, up and stops where something is missing', async (client) => {
      expect(new TextDecoder().decode(await client.readFile('dir', 'sub', '..', 'inner'))).toBe('inner\n');
      await expectErrno(client.walk('nothing'), 'ENOENT');
      await expectErrno(client.walk('hello', 'below'), 'ENOENT');
      const newfid = client.newFid();
      const partial = await client.call(m.Twalk, { fid: 0, newfid, names: ['dir', 'gone', 'x'] }, m.Rwalk);
      expect(partial.qids).toHaveLength(1);
      await expectErrno(client.clunk(newfid), 'EBADF');
    });

    check('readdir lists every entry once, whatever the size of the pieces', async (client) => {
      for (const count of [64, 200, 8192, 60_000]) {
        const names = (await client.readdir(['many'], count)).map((entry) => entry.name);
        expect(names).toHaveLength(502);
        expect(new Set(names).size).toBe(502);
        expect(names.slice(0, 2)).toEqual(['.', '..']);
      }
    });

    check('cookies of readdir stay good', async (client) => {
      const all = await client.readdir(['many']);
      const fid = await client.open('many');
      for (const i of [250, 3, 499, 0]) {
        const [next] = await client.direntsAt(fid, all[i]?.cookie ?? 0, 4096);
        expect(next?.name).toBe(all[i + 1]?.name);
      }
    });

    check('readdir and walk agree on qids and types', async (client) => {
      for (const { name, qid, type } of await client.readdir([])) {
        if (name === '.' || name === '..') continue;
        const stat = await client.stat(name);
        expect({ name, qid, type }).toEqual({ name, qid: stat.qid, type: stat.mode >> 12 });
      }
    });

    check('no entry is mistaken for the end when the buffer is too small', async (client) => {
      const fid = await client.open('many');
      await expectErrno(client.direntsAt(fid, 0, 10), 'EINVAL');
    });

    check('kinds are not mixed up', async (client) => {
      await expectErrno(client.readFile('dir'), 'EISDIR');
      const file = await client.open('hello');
      await expectErrno(client.direntsAt(file, 0, 4096), 'ENOTDIR');
      const fid = await client.walk('hello');
      await expectErrno(client.call(m.Tlopen, { fid, flags: 0o200000 }, m.Rlopen), 'ENOTDIR');
    });

    check('attributes that are not there answer ENODATA', async (client) => {
      const fid = await client.walk('hello');
      await expectErrno(client.xattr(fid, 'user.nothing'), 'ENODATA');
    });

    check('statfs tells something sensible', async (client) => {
      const status = await client.call(m.Tstatfs, { fid: 0 }, m.Rstatfs);
      expect(status).toMatchObject({ namelen: 255 });
      expect(status.bsize).toBeGreaterThan(0);
    });
  });
}
