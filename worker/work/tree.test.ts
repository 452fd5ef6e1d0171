import { describe, expect, test } from 'vitest';
import { NinepError } from '../ninep/errno.ts';
import { runWritableSuite } from '../ninep/writable.suite.ts';
import { WorkDirectory } from './directory.ts';
import { WorkFile } from './file.ts';
import { asHandle, MemoryDirectoryHandle } from './memoryhandle.suite.ts';
import { MemoryMetadata } from './metadata.ts';
import { WorkTree } from './tree.ts';

const silent = { changed: () => undefined, failed: () => undefined };
const plain = { mode: 0o644, gid: 0 };

runWritableSuite('in memory alone', async () => ({ root: new WorkTree({}, silent).root }));

runWritableSuite('with a host', async () => {
  const host = new MemoryDirectoryHandle();
  const tree = new WorkTree({ handle: asHandle(host) }, silent);
  const hostFiles = async () => {
    await tree.flush();
    return host.files();
  };
  return { root: tree.root, hostFiles };
});

async function fileAt(tree: WorkTree, ...path: string[]): Promise<WorkFile> {
  let node: unknown = tree.root;
  for (const name of path) node = await (node as WorkDirectory).lookup(name);
  if (node instanceof WorkFile) return node;
  throw new NinepError('ENOENT');
}

async function textAt(tree: WorkTree, ...path: string[]): Promise<string> {
  const file = await fileAt(tree, ...path);
  const { size } = await file.getattr();
  return new TextDecoder().decode(await file.read(0, size));
}

async function timesOf(tree: WorkTree, name: string) {
  const { mtime, ctime } = await (await fileAt(tree, name)).getattr();
  return { mtime, ctime };
}

describe('what the host changes', () => {
  test('is seen: new files, new contents, removals', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('a', 'one');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    expect(await textAt(tree, 'a')).toBe('one');
    host.put('a', 'two and more');
    host.put('b', 'new');
    tree.root.expire();
    (await fileAt(tree, 'a')).expire();
    expect(await textAt(tree, 'a')).toBe('two and more');
    expect(await textAt(tree, 'b')).toBe('new');
    host.children.delete('a');
    tree.root.expire();
    expect(await tree.root.lookup('a')).toBeUndefined();
  });

  test('does not undo what the guest has just written', async () => {
    const host = new MemoryDirectoryHandle();
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    const file = await tree.root.create('a', 2, plain);
    await file.write(0, new TextEncoder().encode('guest'));
    tree.root.expire();
    expect(await textAt(tree, 'a')).toBe('guest');
    file.close();
    await tree.flush();
    expect(await host.files()).toEqual({ a: 'guest' });
  });

  test('programs are executable', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('run', '#!/bin/sh\n');
    host.put('text', 'just text');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    expect((await (await fileAt(tree, 'run')).getattr()).mode).toBe(0o100755);
    expect((await (await fileAt(tree, 'text')).getattr()).mode).toBe(0o100644);
  });
});

describe('a host that', () => {
  test('does not tell case gets no second file of a name', async () => {
    const host = new MemoryDirectoryHandle('', false);
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    (await tree.root.create('Makefile', 2, plain)).close();
    await expect(Promise.resolve(tree.root.create('makefile', 2, plain))).rejects.toThrow(
      'differs in case only',
    );
    await tree.root.rename('Makefile', tree.root, 'makefile');
    await tree.flush();
    expect(await host.files()).toEqual({ makefile: '' });
  });

  test('refuses is told, and fsync fails', async () => {
    const host = new MemoryDirectoryHandle();
    host.refuses = true;
    const failures: string[] = [];
    const tree = new WorkTree(
      { handle: asHandle(host) },
      { changed: () => undefined, failed: (message, path) => failures.push(`${path}: ${message}`) },
    );
    const file = await tree.root.create('a', 2, plain);
    await expect(Promise.resolve(file.fsync())).rejects.toMatchObject({ code: 'EACCES' });
    expect(failures).toEqual(['a: The user refused']);
  });

  test('cannot hold modes and links has them kept beside', async () => {
    const host = new MemoryDirectoryHandle();
    const metadata = new MemoryMetadata();
    const tree = new WorkTree({ handle: asHandle(host), metadata }, silent);
    const directory = await tree.root.mkdir('d', { mode: 0o700, gid: 3 });
    (await directory.create('s', 2, { mode: 0o755, gid: 0 })).close();
    await directory.symlink('l', 's', { mode: 0o777, gid: 0 });
    await tree.flush();
    const again = new WorkTree({ handle: asHandle(host), metadata }, silent);
    expect(await (await again.root.lookup('d'))?.getattr()).toMatchObject({ mode: 0o040700, gid: 3 });
    expect((await (await fileAt(again, 'd', 's')).getattr()).mode).toBe(0o100755);
    const link = await ((await again.root.lookup('d')) as WorkDirectory).lookup('l');
    expect(link?.mode).toBe(0o120777);
  });

  test('has times of its own: the guest’s are kept beside, until the host changes the file', async () => {
    const host = new MemoryDirectoryHandle();
    const metadata = new MemoryMetadata();
    const tree = new WorkTree({ handle: asHandle(host), metadata }, silent);
    for (const name of ['written', 'dated', 'changed']) {
      const file = await tree.root.create(name, 2, plain);
      await file.write(0, new TextEncoder().encode(name));
      file.close();
    }
    await tree.flush();
    const past = { seconds: 1e9, nanoseconds: 5 };
    for (const name of ['dated', 'changed']) await (await fileAt(tree, name)).setattr({ mtime: past });
    const before = await Promise.all(['written', 'dated'].map((name) => timesOf(tree, name)));
    expect(before[1]?.mtime).toEqual(past);
    await tree.flush();
    host.put('changed', 'by the host');
    const again = new WorkTree({ handle: asHandle(host), metadata }, silent);
    expect(await Promise.all(['written', 'dated'].map((name) => timesOf(again, name)))).toEqual(before);
    expect((await timesOf(again, 'changed')).mtime).not.toEqual(past);
  });
});

function later(): { promise: Promise<void>; settle: () => void } {
  let settle!: () => void;
  const promise = new Promise<void>((resolve) => (settle = resolve));
  return { promise, settle };
}

/** Holds up what the host does, until `open` is called. */
function gate(host: MemoryDirectoryHandle, what: 'list' | 'look' | 'remove', name: string) {
  const [opened, reached] = [later(), later()];
  host.before = (done, of) => {
    if (done !== what || of !== name) return undefined;
    reached.settle();
    return opened.promise;
  };
  return { open: opened.settle, there: reached.promise };
}

async function put(tree: WorkTree, name: string, text: string): Promise<void> {
  const file = await tree.root.create(name, 2, plain);
  await file.write(0, new TextEncoder().encode(text));
  file.close();
}

describe('a host that takes its time', () => {
  test('gets what has changed while it was changed', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('a', 'first');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    const { open, there } = gate(host, 'remove', 'a');
    await tree.root.unlink('a', false);
    await there;
    await put(tree, 'b', 'second');
    // Longer than a change waits for others.
    await new Promise((resolve) => setTimeout(resolve, 100));
    open();
    await expect.poll(() => host.files()).toEqual({ b: 'second' });
  });

  test('does not take away or bring back what has changed while it was listed', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('old', 'old');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    await tree.root.load();
    const { open, there } = gate(host, 'list', '');
    tree.root.expire();
    const listing = tree.root.load();
    await there;
    // The guest has asked before the listing began.
    tree.root.add('new', new WorkFile(tree.root.mount));
    tree.root.markEntry('new', false);
    tree.root.release('old');
    tree.root.markEntry('old', false);
    await expect.poll(() => host.files()).toEqual({ new: '' });
    open();
    await listing;
    expect(tree.root.knownChildren.map(({ name }) => name)).toEqual(['new']);
  });

  test('is waited for: a name that it has is there for whoever asks meanwhile', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('a', 'text');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    const { open, there } = gate(host, 'list', '');
    const first = tree.root.lookup('a');
    await there;
    const second = tree.root.lookup('a');
    open();
    expect(await second).toBe(await first);
    expect(await second).toBeInstanceOf(WorkFile);
  });

  test('is listed again when it has changed during a listing', async () => {
    const host = new MemoryDirectoryHandle();
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    const { open, there } = gate(host, 'list', '');
    const first = tree.root.lookup('late');
    await there;
    host.put('late', 'text');
    tree.root.expire();
    const second = tree.root.lookup('late');
    open();
    expect(await first).toBeUndefined();
    expect(await second).toBeInstanceOf(WorkFile);
  });

  test('has the content of a file that is renamed while it is written', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('b', 'replaced');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    const open = await fileAt(tree, 'b');
    await open.open(0);
    await put(tree, 'a', 'kept');
    const look = gate(host, 'look', 'b');
    open.expire();
    const renaming = tree.root.rename('a', tree.root, 'b');
    await look.there;
    await tree.flush();
    look.open();
    await renaming;
    await tree.flush();
    expect(await host.files()).toEqual({ b: 'kept' });
    expect(new TextDecoder().decode(await open.read(0, 100))).toBe('replaced');
  });

  test('is not believed when it tells of a file what was before the guest changed it', async () => {
    const host = new MemoryDirectoryHandle();
    host.put('a', 'older');
    const tree = new WorkTree({ handle: asHandle(host) }, silent);
    const file = await fileAt(tree, 'a');
    await file.getattr();
    const { open, there } = gate(host, 'look', 'a');
    file.expire();
    const looking = file.getattr();
    await there;
    host.before = undefined;
    await file.setattr({ size: 0 });
    await tree.flush();
    open();
    await looking;
    expect(await textAt(tree, 'a')).toBe('');
  });
});

test('a link that was removed stays away when the host is looked at again', async () => {
  const host = new MemoryDirectoryHandle();
  const metadata = new MemoryMetadata();
  const before = new WorkTree({ handle: asHandle(host), metadata }, silent);
  await before.root.symlink('l', 'target', { mode: 0o777, gid: 0 });
  await before.flush();
  const tree = new WorkTree({ handle: asHandle(host), metadata }, silent);
  expect((await tree.root.lookup('l'))?.mode).toBe(0o120777);
  await tree.root.unlink('l', false);
  await tree.flush();
  tree.root.expire();
  expect(await tree.root.lookup('l')).toBeUndefined();
});

describe('folders', () => {
  test('are shown under names that are free, are other file systems, and go', async () => {
    const tree = new WorkTree({}, silent);
    await tree.root.mkdir('app', { mode: 0o755, gid: 0 });
    const host = new MemoryDirectoryHandle('app');
    host.put('Dockerfile', 'FROM busybox');
    expect(await tree.open('app', { handle: asHandle(host) })).toBe('app-2');
    expect(await tree.open('..', {})).toBe('folder');
    expect(await textAt(tree, 'app-2', 'Dockerfile')).toBe('FROM busybox');
    const shown = (await tree.root.lookup('app-2')) as WorkDirectory;
    expect(() => shown.rename('Dockerfile', tree.root, 'D')).toThrow('EXDEV');
    expect(() => tree.root.unlink('app-2', true)).toThrow('EBUSY');
    (await shown.create('new', 2, plain)).close();
    await tree.close('app-2');
    expect(Object.keys(await host.files())).toEqual(['Dockerfile', 'new']);
    expect(await tree.root.lookup('app-2')).toBeUndefined();
  });
});
