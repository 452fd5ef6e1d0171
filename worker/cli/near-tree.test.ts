import { expect, test } from 'vitest';
import type { NearEntry, NearFiles } from '../protocol/near-files.ts';
import { nearTree } from './near-tree.ts';
import type { ClientFiles, ClientSession } from './session.ts';

const time = { seconds: 1, nanoseconds: 2 };
const about = { links: 1, uid: 0, gid: 0, size: 3, mtime: time, ctime: time, target: '' };
const entry = (name: string, inode: number, mode = 0o100644): NearEntry => ({ ...about, name, inode, mode });

const directories: Record<string, NearEntry[]> = {
  '/app': [entry('sub', 11, 0o040755), entry('b', 12), entry('a', 13)],
  '/app/sub': [entry('c', 14)],
};

const near: NearFiles = {
  source: 'work9p',
  directory: (path) => Promise.resolve(path === '/app' ? 10 : undefined),
  list: (path) => Promise.resolve(directories[path] ?? []),
  read: (path) => Promise.resolve(path === '/app/gone' ? undefined : one(path.slice(-3))),
};

async function* one(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

const root = '22 1 0:2 / / rw - rootfs rootfs rw';
const work = '30 22 0:21 / /root/work rw,relatime - 9p work9p rw,trans=virtio';
const stat = { ...about, mode: 0o040755, identity: '0:21:10:0', major: 0, minor: 0 };

function tree(mounts: string[], directory = '/root/work/app', identity = stat.identity) {
  const files = { read: () => Promise.resolve(new TextEncoder().encode(`${mounts.join('\n')}\n`)) };
  const session = { near, files: files as unknown as ClientFiles } as ClientSession;
  return nearTree(session, directory, { ...stat, identity });
}

test('what is mounted from this side is listed and read here, by the client’s paths and numbers', async () => {
  const files = await tree([root, work]);
  const listed: string[] = [];
  for await (const { path, stat: found } of files?.listAll('/root/work/app') ?? [])
    listed.push(`${path} ${found.identity}`);
  expect(listed).toEqual([
    '/root/work/app 0:21:10:0',
    '/root/work/app/a 0:21:13:0',
    '/root/work/app/b 0:21:12:0',
    '/root/work/app/sub 0:21:11:0',
    '/root/work/app/sub/c 0:21:14:0',
  ]);
  const texts: string[] = [];
  const wanted = ['a', 'sub/c'].map((name) => ({ path: `/root/work/app/${name}`, size: 3 }));
  for await (const content of files?.readAll(wanted) ?? [])
    for await (const bytes of content) texts.push(new TextDecoder().decode(bytes));
  expect(texts).toEqual(['p/a', 'b/c']);
});

test('what has gone, or has become shorter, fails as it does at the client', async () => {
  const files = await tree([root, work]);
  const read = async (name: string, size: number) => {
    for await (const content of files?.readAll([{ path: `/root/work/app/${name}`, size }]) ?? [])
      for await (const bytes of content) expect(bytes.length).toBeLessThanOrEqual(size);
  };
  await expect(read('gone', 3)).rejects.toThrow('open /root/work/app/gone: no such file or directory');
  await expect(read('a', 4)).rejects.toThrow('has become shorter while it was read');
  await read('a', 2);
});

const inside = '31 30 0:22 / /root/work/app/sub rw - tmpfs none rw';
const over = '32 30 0:23 / /root/work rw - tmpfs none rw';
const bound = '33 22 0:21 /app /mnt/a\\040b rw - 9p work9p rw';

test.each([
  ['a directory elsewhere', [root, work], '/root/other', '0:2:10:0'],
  ['something else is mounted in it', [root, work, inside], '/root/work/app', '0:21:10:0'],
  ['something else is mounted over it', [root, work, over], '/root/work/app', '0:23:10:0'],
  ['another directory than the path says', [root, work], '/root/work/app', '0:21:9:0'],
  ['a directory that is not here', [root, work], '/root/work/link', '0:21:10:0'],
])('the client is asked when it is %s', async (_, mounts, directory, identity) => {
  expect(await tree(mounts, directory, identity)).toBeUndefined();
});

test('a part of it that is mounted elsewhere is found, too', async () => {
  expect(await tree([root, work, bound], '/mnt/a b')).toBeDefined();
  expect(await tree([root, work, inside], '/root/work/application')).toBeUndefined();
});
