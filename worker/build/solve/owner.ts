import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import type { Owner } from '../steps/owner.ts';
import { rootOwner } from '../steps/owner.ts';

/**
 * Whom a user (`name`, `1000`, `name:group`) means in an image. As in BuildKit a name that is not there is root, a number
 * is its own group, and a group that is not there is the user's.
 */
export async function findOwner(text: string, root: TreeNode): Promise<Owner> {
  if (text === '') return rootOwner;
  const cut = text.indexOf(':');
  const owner = await findUser(cut < 0 ? text : text.slice(0, cut), root);
  const group = cut < 0 ? '' : text.slice(cut + 1);
  if (isNumber(group)) return { ...owner, gid: Number(group) };
  const found = group === '' ? undefined : (await table(root, '/etc/group')).find(([name]) => name === group);
  return { ...owner, gid: Number(found?.[2] ?? owner.gid) };
}

async function findUser(user: string, root: TreeNode): Promise<Owner> {
  if (isNumber(user)) return { uid: Number(user), gid: Number(user) };
  const entry = (await table(root, '/etc/passwd')).find(([name]) => name === user);
  return { uid: Number(entry?.[2] ?? 0), gid: Number(entry?.[3] ?? 0) };
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
