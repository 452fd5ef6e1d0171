import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import type { Owner } from '../steps/owner.ts';
import { rootOwner } from '../steps/owner.ts';

/**
 * Whom a user (`name`, `1000`, `name:group`) means in an image. One that is not there is root, as in BuildKit; without a
 * group it is the user's own, or for a number that no table knows the same number.
 */
export async function findOwner(text: string, root: TreeNode): Promise<Owner> {
  if (text === '') return rootOwner;
  const [user = '', group] = text.split(':');
  const users = await table(root, '/etc/passwd');
  const entry = users.find(([name, , uid]) => name === user || uid === user);
  const uid = isNumber(user) ? Number(user) : Number(entry?.[2] ?? 0);
  if (group === undefined) {
    if (isNumber(user)) return { uid, gid: entry === undefined ? uid : Number(entry[3] ?? 0) };
    return { uid, gid: Number(entry?.[3] ?? 0) };
  }
  if (isNumber(group)) return { uid, gid: Number(group) };
  const found = (await table(root, '/etc/group')).find(([name]) => name === group);
  return { uid, gid: Number(found?.[2] ?? 0) };
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** The fields of each line; nothing where there is no such file. */
async function table(root: TreeNode, path: string): Promise<string[][]> {
  const { node } = lookUp(root, path);
  if (node?.file.kind !== 'file') return [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of node.file.contents()) text += decoder.decode(piece, { stream: true });
  return text.split('\n').map((line) => line.trim().split(':'));
}
