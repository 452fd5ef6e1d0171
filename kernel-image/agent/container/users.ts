import type { Identity } from '../../../worker/protocol/agent.ts';
import { RequestError } from '../kernel/errors.ts';
import { close, fileType, flags, read } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { fstat } from '../kernel/stat.ts';
import { openBelow } from './subpath.ts';

/** Negative ones are found to be out of range. */
const isNumber = (text: string): boolean => /^[-+]?\d+$/.test(text);
const maxId = 0x7fffffff;

/**
 * Looks `name|uid[:group|gid]` up in /etc/passwd and /etc/group of the root the process is in, as moby's
 * user.GetExecUser does: numbers need no entry, an entry brings the primary group and home, and without an explicit
 * group the user is in every group that lists its name. With `root`, a descriptor, the files are those below it.
 */
export function identify(user: string, extraGroups: readonly string[], root?: number): Identity {
  const [userPart = '', groupPart = ''] = user.split(':');
  const passwd = lines('/etc/passwd', root);
  const groups = lines('/etc/group', root);
  const entry = findUser(passwd, userPart === '' ? '0' : userPart);
  const uid = entry
    ? id(entry[2])
    : numeric(userPart, `unable to find user ${userPart}: no matching entries in passwd file`);
  const name = entry?.[0] ?? userPart;
  const gid = groupPart === '' ? id(entry?.[3] ?? '0') : findGroup(groups, groupPart);
  const listed =
    groupPart === '' ? groups.filter((group) => members(group).includes(name)).map((g) => id(g[2])) : [];
  const extra = extraGroups.map((group) => findGroup(groups, group));
  return { uid, gid, groups: [...new Set([gid, ...listed, ...extra])], home: entry?.[5] || '/' };
}

function lines(path: string, root: number | undefined): string[][] {
  const text = readTable(path, root);
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

/** The file is the image's: what is none, or as large as no such table, is not read, and nothing waits for a pipe. */
function readTable(path: string, root: number | undefined): string {
  const how = flags.O_RDONLY | flags.O_NONBLOCK | flags.O_CLOEXEC;
  const fd = root === undefined ? syscall(nr.open, path, how, 0) : openBelow(root, path, how);
  if (fd < 0) return '';
  try {
    const { mode, size } = fstat(fd);
    return (mode & fileType.mask) === fileType.regular && size <= maxTable ? readBytes(fd, size) : '';
  } finally {
    close(fd);
  }
}

const maxTable = 8 << 20;

function readBytes(fd: number, size: number): string {
  const bytes = new Uint8Array(size);
  let have = 0;
  for (let got = 1; got > 0 && have < size; have += Math.max(0, got)) got = read(fd, bytes.subarray(have));
  return decode(bytes.subarray(0, have));
}

function findUser(passwd: string[][], wanted: string): string[] | undefined {
  return (
    passwd.find((entry) => entry[0] === wanted) ??
    (isNumber(wanted) ? passwd.find((e) => Number(e[2]) === Number(wanted)) : undefined)
  );
}

function findGroup(groups: string[][], wanted: string): number {
  const entry = groups.find((group) => group[0] === wanted);
  return entry
    ? id(entry[2])
    : numeric(wanted, `unable to find group ${wanted}: no matching entries in group file`);
}

function members(group: string[]): string[] {
  return (group[3] ?? '').split(',');
}

function numeric(text: string, otherwise: string): number {
  if (text === '') return 0;
  if (!isNumber(text)) throw new RequestError('EINVAL', 'user', otherwise);
  return id(text);
}

function id(text: string | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > maxId) {
    throw new RequestError('EINVAL', 'user', 'uids and gids must be in range 0-2147483647');
  }
  return value;
}
