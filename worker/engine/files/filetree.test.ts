import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { gnuTar, inScratch, rawTar, paxData, seenOnDisk } from '../../layers/tarfixture.suite.ts';
import { decodeText } from '../../oci/text.ts';
import { extract } from './extraction.ts';
import { runProgram, shippedProgram } from './filetree-program.suite.ts';
import { FileError } from './kernelerror.ts';
import { tarOfWalk } from './tarwriting.ts';
import { concat } from '../../oci/bytes.ts';

const isRoot = process.getuid?.() === 0;
const shipped = await shippedProgram();
const skipped = shipped === undefined ? ' (skipped: this host does not run i386 programs)' : '';
const program = shipped ?? '';

afterAll(() => {
  if (shipped !== undefined) rmSync(join(shipped, '..'), { recursive: true });
});

const namesBelow = (name: Uint8Array) => (name.length === 0 ? undefined : name);

/** The archive that we make of a folder. */
async function pack(folder: string): Promise<Uint8Array> {
  const tree = await runProgram(program, ['pack', '-d', '-x', folder]);
  await tree.records.next();
  const parts: Uint8Array[] = [];
  for await (const part of tarOfWalk(tree.records, namesBelow)) parts.push(part);
  await tree.close();
  return concat(parts);
}

/** Unpacks an archive, given in pieces of this size, into a folder. */
async function unpack(tar: Uint8Array, folder: string, options = {}, piece = 10_000): Promise<void> {
  const tree = await runProgram(program, ['unpack', folder, '']);
  const destination = decodeText((await tree.records.next()).name);
  try {
    await extract(tree, pieces(tar, piece), { destination, keepKind: false, ...options });
  } finally {
    await tree.close();
  }
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function without(seen: ReturnType<typeof seenOnDisk>, ...paths: string[]): ReturnType<typeof seenOnDisk> {
  return Object.fromEntries(Object.entries(seen).filter(([path]) => !paths.includes(path)));
}

/** As Docker does, times are kept in whole seconds. */
function inSeconds(seen: ReturnType<typeof seenOnDisk>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(seen).map(([path, file]) => [path, { ...file, mtime: file.mtime.split('.')[0] }]),
  );
}

function makeTree(dir: string): void {
  const long = 'n'.repeat(200);
  mkdirSync(join(dir, 'folder', long, long), { recursive: true });
  writeFileSync(join(dir, 'folder', long, long, 'deep'), 'deep');
  writeFileSync(join(dir, 'file'), 'text');
  linkSync(join(dir, 'file'), join(dir, 'hard'));
  symlinkSync('../nowhere', join(dir, 'folder/soft'));
  symlinkSync('x'.repeat(4000), join(dir, 'folder/long'));
  writeFileSync(join(dir, 'empty'), '');
  writeFileSync(join(dir, 'large'), Buffer.alloc(1_000_003, 'abcdefg'));
  writeFileSync(join(dir, 'ä'), 'name');
  chmodSync(join(dir, 'file'), 0o4751);
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  if (isRoot) execFileSync('bash', ['-c', `mknod ${dir}/dev c 300 70000; chown 70000:3000000 ${dir}/large`]);
  execFileSync('bash', ['-c', `touch -d '2001-02-03 04:05:06.789 UTC' ${dir}/file ${dir}/folder`]);
}

describe.skipIf(skipped)(`trees and archives${skipped}`, () => {
  test('a folder packed is what GNU tar unpacks', () =>
    inScratch(async (dir) => {
      mkdirSync(join(dir, 'from'));
      mkdirSync(join(dir, 'to'));
      makeTree(join(dir, 'from'));
      execFileSync('tar', ['-C', join(dir, 'to'), '-xpf', '-'], { input: await pack(join(dir, 'from')) });
      expect(without(inSeconds(seenOnDisk(join(dir, 'to'))) as never, '.')).toEqual(
        without(inSeconds(seenOnDisk(join(dir, 'from'))) as never, '.'),
      );
    }));

  test.each(['pax', 'gnu', 'oldgnu'])('what GNU tar packs (%s) is unpacked as it was', (format) =>
    inScratch(async (dir) => {
      mkdirSync(join(dir, 'from'));
      mkdirSync(join(dir, 'to'));
      makeTree(join(dir, 'from'));
      await unpack(gnuTar(join(dir, 'from'), `--format=${format}`), join(dir, 'to'));
      const [to, from] = [seenOnDisk(join(dir, 'to')), seenOnDisk(join(dir, 'from'))];
      const seen = format === 'pax' ? (all: typeof to) => all : inSeconds;
      expect(without(seen(to) as never, '.')).toEqual(without(seen(from) as never, '.'));
    }),
  );

  test('entries come sorted by their bytes, directories before what is in them', () =>
    inScratch(async (dir) => {
      for (const name of ['b', 'a', 'a.b', 'B', 'a/z', 'a/y']) {
        if (name === 'a') mkdirSync(join(dir, name));
        else writeFileSync(join(dir, name), '');
      }
      const list = execFileSync('tar', ['-tf', '-'], { input: await pack(dir) }).toString();
      expect(list.trim().split('\n')).toEqual(['B', 'a/', 'a/y', 'a/z', 'a.b', 'b']);
    }));

  test('names are bytes', () =>
    inScratch(async (dir) => {
      const make = `cd ${dir}; mkdir from to; echo x > from/$'\\xff\\x01A\\xc3'; ln -s $'\\xfe' from/l`;
      execFileSync('bash', ['-c', make]);
      await unpack(await pack(join(dir, 'from')), join(dir, 'to'));
      const list = (folder: string) =>
        execFileSync('find', ['.', '-printf', '%p %l\\n'], { cwd: join(dir, folder) }).toString('hex');
      expect(list('to')).toBe(list('from'));
    }));

  test('sparse files get their holes back', () =>
    inScratch(async (dir) => {
      mkdirSync(join(dir, 'from'));
      execFileSync('bash', [
        '-c',
        `cd ${dir}/from; truncate -s 3M f; echo a | dd of=f bs=1 seek=1000000 conv=notrunc status=none`,
      ]);
      for (const format of ['--sparse-version=0.0', '--sparse-version=0.1', '--sparse-version=1.0']) {
        mkdirSync(join(dir, format));
        await unpack(
          gnuTar(join(dir, 'from'), '--sparse', '--format=pax', format),
          join(dir, format),
          {},
          777,
        );
        expect(readFileSync(join(dir, format, 'f')).equals(readFileSync(join(dir, 'from/f')))).toBe(true);
      }
    }));

  test('an archive comes back the same through any pieces', async () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9 _é-]{1,12}$/).filter((text) => text !== '.' && text !== '..');
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 3000 }), { maxKeys: 12 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 5000 }), async (contents, size) => {
        await inScratch(async (dir) => {
          const [from, to] = [join(dir, 'from'), join(dir, 'to')];
          mkdirSync(from);
          mkdirSync(to);
          for (const [file, bytes] of Object.entries(contents)) writeFileSync(join(from, file), bytes);
          const tar = await pack(from);
          await unpack(tar, to, {}, size);
          expect(Buffer.compare(await pack(to), tar)).toBe(0);
        });
      }),
      { numRuns: 25 },
    );
  });

  test('parents that no entry tells of are made; a file gives way', () =>
    inScratch(async (dir) => {
      writeFileSync(join(dir, 'x'), 'old');
      await unpack(rawTar({ name: 'a/b/c', data: 'deep' }, { name: 'x/', type: '5' }), dir);
      expect(readFileSync(join(dir, 'a/b/c'), 'utf8')).toBe('deep');
      expect(seenOnDisk(dir)['./x']?.mode).toBe('40644');
    }));
});

/** What an archive is refused with; what lies beside its destination stays as it was. */
async function refused(tar: Uint8Array, options = {}): Promise<string | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'bottleship-hostile-'));
  try {
    mkdirSync(join(dir, 'in/sub'), { recursive: true });
    writeFileSync(join(dir, 'secret'), 'mine');
    const error = await unpack(tar, join(dir, 'in'), options).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(readFileSync(join(dir, 'secret'), 'utf8')).toBe('mine');
    return error?.message.replaceAll(dir, '');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe.skipIf(skipped)(`archives that mean harm${skipped}`, () => {
  test.each([
    ['../secret', '"../secret" is outside of "/in"'],
    ['sub/../../secret', '"../secret" is outside of "/in"'],
    ['..', '".." is outside of "/in"'],
  ])('a name that leads out: %s', async (name, message) => {
    expect(await refused(rawTar({ name, data: 'yours' }))).toBe(message);
  });

  test('an absolute name is one of the destination', () =>
    inScratch(async (dir) => {
      await unpack(rawTar({ name: '/etc/bottleship-test', data: 'x' }), dir);
      expect(readFileSync(join(dir, 'etc/bottleship-test'), 'utf8')).toBe('x');
    }));

  test('links that lead out', async () => {
    expect(await refused(rawTar({ name: 'l', type: '2', link: '../secret' }))).toBe(
      'invalid symlink "/in/l" -> "../secret"',
    );
    expect(await refused(rawTar({ name: 'l', type: '1', link: '../secret' }))).toBe(
      'invalid hardlink "/secret" -> "../secret"',
    );
  });

  test('what is no archive, and what ends too soon', async () => {
    expect(await refused(new Uint8Array(600).fill(65))).toContain('invalid tar header');
    expect(await refused(rawTar({ name: 'f', data: 'x'.repeat(2000) }).subarray(0, 1000))).toContain(
      'unexpected EOF',
    );
    expect(await refused(rawTar({ name: 'f', type: 'Z' }))).toContain('unhandled tar header type');
  });

  test('attributes that do not fit a record', async () => {
    const value = new Uint8Array(300_000);
    const data = paxData({ 'SCHILY.xattr.user.big': value });
    expect(await refused(rawTar({ name: 'x', type: 'x', data }, { name: 'f', data: '' }))).toContain(
      'too many extended attributes',
    );
  });

  test('kinds are kept when that is asked for', async () => {
    const keepKind = true;
    expect(await refused(rawTar({ name: 'sub', data: 'x' }), { keepKind })).toBe(
      'cannot overwrite directory "/in/sub" with non-directory "/in"',
    );
    expect(await refused(rawTar({ name: 'f', data: 'x' }, { name: 'f/', type: '5' }), { keepKind })).toBe(
      'cannot overwrite non-directory "/in/f" with directory "/in"',
    );
    expect(await refused(rawTar({ name: './', type: '5' }), { keepKind })).toBeUndefined();
  });

  test('what cannot be made says what and why', async () => {
    const error = await unpack(rawTar({ name: 'x', data: '' }), '/proc').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileError);
    expect((error as FileError).message).toBe('open /proc/x: no such file or directory');
  });
});
