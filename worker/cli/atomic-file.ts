import { StatusError } from './errors.ts';
import { absolutePath, parentPath } from './path.ts';
import { baseName } from './cp/path-entry.ts';
import { releasing } from './releasing.ts';
import type { ClientFiles, ClientSession } from './session.ts';
import { fileType } from './syscalls.ts';

const kinds: Readonly<Record<number, string>> = {
  [fileType.directory]: 'a directory',
  [fileType.link]: 'a symbolic link directly',
  [fileType.fifo]: 'a named pipe (FIFO)',
  [fileType.socket]: 'a socket',
  [fileType.character]: 'a character device file',
  [fileType.block]: 'a block device file',
};

const mode = 0o600;

/** Refuses what cannot be replaced by a file. @throws StatusError */
export async function checkAtomic({ files }: ClientSession, path: string): Promise<void> {
  if (path === '') throw new StatusError(1, 'file name is empty');
  const directory = parentPath(path);
  if (directory !== '.' && directory !== '..') {
    const found = await files.stat(directory);
    const why = !found ? 'no such file or directory' : 'not a directory';
    if (!found || (found.mode & fileType.mask) !== fileType.directory)
      throw new StatusError(1, `invalid output path: stat ${directory}: ${why}`);
  }
  const there = await files.lstat(path);
  const kind = there && kinds[there.mode & fileType.mask];
  if (kind !== undefined) throw new StatusError(1, `cannot write to ${kind}`);
}

/** Writes a file that is there only when it is whole. */
export async function writeAtomically(
  { files, cwd }: ClientSession,
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const whole = absolutePath(path, cwd);
  const unique = String(Math.floor(Math.random() * 1e10));
  const temporary = `${parentPath(whole)}/.tmp-${baseName(path)}${unique}`;
  const maker = files.maker();
  try {
    await releasing(content, (whole) => maker.file(temporary, mode, whole));
    await maker.mode(temporary, mode);
    await maker.finish();
    await files.rename(temporary, whole);
  } catch (error) {
    await discard(files, temporary);
    throw error;
  }
}

/** What is wrong already is what is told. */
async function discard(files: ClientFiles, path: string): Promise<void> {
  const maker = files.maker();
  await maker.unlink(path);
  await maker.finish().catch(() => undefined);
}
