import { pruneImages } from '../prune.ts';
import { pruneCommand } from '../prune-command.ts';

export const imagePrune = pruneCommand({
  short: 'Remove unused images',
  all: 'Remove all unused images, not just dangling ones',
  what: (all) =>
    all ? 'all images without at least one container associated to them' : 'all dangling images',
  prune: (all, filters) => ({ prune: pruneImages(all), filters }),
});
