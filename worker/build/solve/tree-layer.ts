import { LayerDraft } from '../files/draft.ts';
import { walk } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import { layersRoot } from '../files/tree.ts';
import { contentHash } from '../steps/contenthash.ts';
import { rootOwner } from '../steps/owner.ts';
import type { SolveBackend } from './backend.ts';
import { keyOf } from './key.ts';
import type { Snapshot } from './solver.ts';

/** A tree of files as a layer, so that the guest can have it. */
export async function treeLayer(backend: SolveBackend, root: TreeNode): Promise<Snapshot> {
  const key = await keyOf(['tree', await contentHash('', root)]);
  const known = await backend.cache.find(key);
  if (known !== undefined) return { key, layers: [known.layer] };
  const draft = new LayerDraft(layersRoot([]), Math.floor(backend.now() / 1000));
  for (const { path, node } of walk(root)) draft.put(path, node.file, rootOwner);
  const layer = await backend.make(draft.tar());
  const about = { description: 'local source for context', type: 'source.local' };
  await backend.cache.keep(key, { layer, created: backend.now() }, about);
  return { key, layers: [layer] };
}
