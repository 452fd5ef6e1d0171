import { fileType, fileTypes } from '../../ninep/qid.ts';
import { decodeText } from '../../oci/text.ts';
import { recordFlag, recordKind } from '../../protocol/filetree.ts';
import type { Container } from '../containers/container.ts';
import { invalid } from '../errors.ts';
import type { ContainerTrees } from './containertrees.ts';
import type { Filetree } from './filetree.ts';
import { FileError } from './kernelerror.ts';

/**
 * Whom files belong to that are copied with the container's own user, looked up in the container's files; nothing when
 * the container names no user. https://github.com/moby/moby/blob/v28.5.2/daemon/archive_tarcopyoptions_unix.go
 */
export async function copyOwner(
  trees: ContainerTrees,
  container: Container,
): Promise<{ uid: number; gid: number } | undefined> {
  const { User } = container.config;
  if (User === '') return undefined;
  const cut = User.indexOf(':');
  const [userName, groupName] = cut < 0 ? [User, ''] : [User.slice(0, cut), User.slice(cut + 1)];
  const user = userName === '' ? { uid: 0, gid: 0 } : await lookUpUser(trees, container, userName);
  return groupName === '' ? user : { ...user, gid: await lookUpGroup(trees, container, groupName) };
}

/** A user's number need not be known; its name must be. */
async function lookUpUser(
  trees: ContainerTrees,
  container: Container,
  name: string,
): Promise<{ uid: number; gid: number }> {
  const number = idOf(name);
  const lines = await readTable(trees, container, '/etc/passwd');
  const found = lines.find((fields) =>
    number === undefined ? fields[0] === name : Number(fields[2]) === number,
  );
  if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  if (number !== undefined) return { uid: number, gid: 0 };
  throw invalid(
    `failed to look up user ${JSON.stringify(name)} in container: no matching entries in passwd file`,
  );
}

async function lookUpGroup(trees: ContainerTrees, container: Container, name: string): Promise<number> {
  const number = idOf(name);
  if (number !== undefined) return number;
  const lines = await readTable(trees, container, '/etc/group');
  const found = lines.find((fields) => fields[0] === name);
  if (found !== undefined) return Number(found[2]);
  throw invalid(
    `failed to look up group ${JSON.stringify(name)} in container: no matching entries in group file`,
  );
}

function idOf(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}

/** The lines of /etc/passwd or /etc/group, cut into fields; none when there is no such file. */
async function readTable(trees: ContainerTrees, container: Container, path: string): Promise<string[][]> {
  const text = await readText(trees, container, path);
  return text.split('\n').map((line) => line.trim().split(':'));
}

/** Larger ones are nobody's. */
const maxSize = 8 << 20;

async function readText(
  trees: ContainerTrees,
  container: Container,
  path: string,
  mayBeLink = true,
): Promise<string> {
  try {
    return await trees.visit(container, 'files', ['pack', '-d', path], readContents);
  } catch (error) {
    if (error instanceof LinkFound) return mayBeLink ? readText(trees, container, error.target, false) : '';
    if (error instanceof FileError) return '';
    throw error;
  }
}

/** The path is a link; this is where it leads. */
class LinkFound extends Error {
  readonly target: string;
  constructor(target: string) {
    super(target);
    this.target = target;
  }
}

async function readContents({ records }: Filetree): Promise<string> {
  const { mode, link } = await records.next();
  if (fileType(mode) === fileTypes.symlink) throw new LinkFound(decodeText(link));
  const record = await records.next();
  if (record.kind !== recordKind.entry || !(record.flags & recordFlag.contents)) return '';
  if (record.size > maxSize) throw invalid('the table of users is too large');
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of records.contents(record.size)) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
