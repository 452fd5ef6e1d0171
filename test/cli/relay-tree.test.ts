/** Trees of files through the guest's docker program, many files in one message: built for this host, with its real files. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClientFiles, ListedFile } from '../../worker/cli/session.ts';
import { fileType } from '../../worker/cli/syscalls.ts';
import { encodeText } from '../../worker/cli/text.ts';
import { concat } from '../../worker/oci/bytes.ts';
import { missingCompiler, RelayProgram } from './relay-program.ts';

const missing = missingCompiler();
/** In memory, where that can be. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

type Task = (files: ClientFiles, folder: string) => Promise<void>;

const idle: Task = () => Promise.resolve();
const textBefore = (name: string) => (name.startsWith('large') ? 'l'.repeat(200_000) : 'small');

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return concat(pieces);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

const isFile = ({ stat }: ListedFile) => (stat.mode & fileType.mask) === fileType.regular;
const sized = (files: readonly ListedFile[]) => files.map(({ path, stat: { size } }) => ({ path, size }));

/** What each file's content is, or why it could not be read. */
async function outcomes(contents: AsyncIterable<AsyncIterable<Uint8Array>>): Promise<string[]> {
  const found: string[] = [];
  for await (const content of contents)
    found.push(
      await bytesOf(content).then(
        (bytes) => new TextDecoder().decode(bytes),
        (error: Error) => error.message,
      ),
    );
  return found;
}

describe.skipIf(missing)(`trees of the client's${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let program: RelayProgram;
  let task: Task = idle;
  let problem: unknown;
  let folder = '';
  beforeAll(() => {
    program = new RelayProgram(async ({ files }) => {
      await task(files, folder).catch((error: unknown) => (problem = error));
      return 0;
    });
  });
  afterAll(() => program.close());
  beforeEach(() => {
    folder = mkdtempSync(join(place, 'bottleship-tree-'));
    return () => rmSync(folder, { recursive: true });
  });

  async function doing(next: Task): Promise<void> {
    [task, problem] = [next, undefined];
    expect((await program.shell('docker')).code).toBe(0);
    if (problem !== undefined) throw problem;
  }

  test('every name of many directories, whatever its bytes are, with its contents', async () => {
    const names = [
      Buffer.from('caf\u00e9'),
      Buffer.from([0x63, 0xff, 0xfe]),
      Buffer.from([0xc3]),
      Buffer.from('a b\nc'),
    ];
    for (let at = 0; at < 2000; at += 1) {
      if (at % 50 === 0) mkdirSync(join(folder, `d${at}`));
      writeFileSync(join(folder, `d${at - (at % 50)}`, `f${at}`), 'x'.repeat(at % 97));
      if (at < 1500) writeFileSync(join(folder, `${at}-${'n'.repeat(200)}`), '');
    }
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), name);
    for (const size of [65_527, 65_528, 65_529, 1_000_000])
      writeFileSync(join(folder, `s${size}`), Buffer.alloc(size, size % 251));
    symlinkSync('nowhere', join(folder, 'link'));
    const below = (path: string) =>
      readdirSync(path === '' ? folder : join(folder, path), { encoding: 'buffer' }).map((name) =>
        Buffer.concat([Buffer.from(path), name]).toString('hex'),
      );
    const there = [
      ...below(''),
      ...Array.from({ length: 40 }, (_, at) => below(`d${50 * at}/`)).flat(),
    ].sort();
    await doing(async (files) => {
      const walked: string[] = [];
      for await (const { path, stat, target, content } of files.walk(folder)) {
        const name = Buffer.from(encodeText(path)).subarray(folder.length + 1);
        if (name.length > 0) walked.push(name.toString('hex'));
        const full = Buffer.concat([Buffer.from(`${folder}/`), name]);
        const bytes = await bytesOf(content);
        if ((stat.mode & fileType.mask) === fileType.regular)
          expect(readFileSync(full).equals(bytes)).toBe(true);
        if (target !== '') expect([path, target]).toEqual([join(folder, 'link'), 'nowhere']);
      }
      expect(walked.sort()).toEqual(there);
      const listed = (await collect(files.listAll(folder))).filter(isFile);
      expect(listed).toHaveLength(3508);
      const read = files.readAll(sized(listed));
      let at = 0;
      for await (const content of read) expect((await bytesOf(content)).length).toBe(listed[at++]?.stat.size);
      expect(at).toBe(listed.length);
    });
  });

  test('nothing of a directory that is not entered, no contents of a file that is not wanted', async () => {
    mkdirSync(join(folder, 'in'));
    mkdirSync(join(folder, 'out'));
    for (const name of ['in/a', 'in/b', 'out/c']) writeFileSync(join(folder, name), name);
    await doing(async (files) => {
      const options = {
        enters: (path: string) => !path.endsWith('/out'),
        reads: (path: string) => !path.endsWith('/b'),
      };
      const walked: [string, string][] = [];
      for await (const { path, content } of files.walk(folder, options))
        walked.push([path.slice(folder.length), new TextDecoder().decode(await bytesOf(content))]);
      expect(walked).toEqual([
        ['', ''],
        ['/in', ''],
        ['/in/a', 'in/a'],
        ['/in/b', ''],
        ['/out', ''],
      ]);
    });
  });

  test('files that grow, shrink, go or become links between the list and the reading', async () => {
    const names = ['gone', 'grown', 'large-gone', 'large-grown', 'large-shrunk', 'linked', 'same', 'shrunk'];
    for (const name of names) writeFileSync(join(folder, name), textBefore(name));
    await doing(async (files) => {
      const listed = (await collect(files.listAll(folder))).filter(isFile);
      for (const name of ['gone', 'large-gone', 'linked']) unlinkSync(join(folder, name));
      for (const name of ['grown', 'large-grown']) appendFileSync(join(folder, name), 'more');
      for (const name of ['shrunk', 'large-shrunk']) truncateSync(join(folder, name), 3);
      symlinkSync('/etc/hostname', join(folder, 'linked'));
      const found = await outcomes(files.readAll(sized(listed)));
      expect(found.map((text) => text.replaceAll(folder, '').replaceAll(/l{200000}/g, 'all of it'))).toEqual([
        'open /gone: no such file or directory',
        'small',
        'open /large-gone: no such file or directory',
        'all of it',
        '/large-shrunk has become shorter while it was read',
        'open /linked: too many levels of symbolic links',
        'small',
        '/shrunk has become shorter while it was read',
      ]);
    });
  });

  test('what goes while it is walked is left out', async () => {
    for (let at = 0; at < 40; at += 1) {
      mkdirSync(join(folder, `d${at}`));
      writeFileSync(join(folder, `d${at}`, 'f'), 'f');
    }
    await doing(async (files) => {
      const seen: string[] = [];
      for await (const { path } of files.listAll(folder)) {
        if (path === folder) rmSync(join(folder, 'd39'), { recursive: true });
        if (path.endsWith('/d0')) rmSync(join(folder, 'd38'), { recursive: true });
        if (path.endsWith('/d0/f')) symlinkSync('/etc', join(folder, 'd38'));
        seen.push(path.slice(folder.length));
      }
      expect(seen.filter((path) => /d3[789]/.test(path))).toEqual(['/d37', '/d37/f', '/d38']);
      expect(seen).toHaveLength(1 + 39 + 38);
    });
  });

  test('a directory of ten thousand files', async () => {
    for (let at = 0; at < 10_000; at += 1) writeFileSync(join(folder, `${at}`), '');
    await doing(async (files) => {
      let count = 0;
      for await (const _ of files.listAll(folder)) count += 1;
      expect(count).toBe(10_001);
    });
  });
});
