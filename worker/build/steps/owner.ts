import { internal } from '../errors.ts';
import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const rootOwner: Owner = { uid: 0, gid: 0 };

/** Whom `--chown` means: names are looked up in the image. https://github.com/moby/moby/blob/v28.5.2/builder/dockerfile/internals_linux.go */
export async function parseOwner(chown: string, root: TreeNode): Promise<Owner> {
  const parts = chown.split(':');
  if (parts.length > 2) throw internal(`invalid chown string format: ${chown}`);
  const [user = '', group = user] = parts;
  return {
    uid: await find(root, '/etc/passwd', 'uid for user', user),
    gid: await find(root, '/etc/group', 'gid for group', group),
  };
}

async function find(root: TreeNode, table: string, what: string, name: string): Promise<number> {
  // The kernel takes -1 for no change.
  if (/^[+-]?\d+$/.test(name)) return Math.max(0, Number(name));
  const { node } = lookUp(root, table);
  if (node === undefined)
    throw internal(`can't find ${what} ${name}: open ${table}: no such file or directory`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of node.file.contents()) text += decoder.decode(piece, { stream: true });
  const fields = text.split('\n').map((line) => line.trim().split(':'));
  const id = fields.find(([first]) => first === name)?.[2];
  if (id === undefined)
    throw internal(`can't find ${what} ${name}: no such ${what.split(' ').at(-1)}: ${name}`);
  return Number(id);
}
