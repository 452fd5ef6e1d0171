import { pruneNetworks } from '../prune.ts';
import { pruneCommand } from '../prune-command.ts';

export const networkPrune = pruneCommand({
  short: 'Remove all unused networks',
  what: () => 'all custom networks not used by at least one container',
  prune: (_, filters) => ({ prune: pruneNetworks, filters }),
  spaceless: true,
});
