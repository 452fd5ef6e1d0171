import { pruneContainers } from '../prune.ts';
import { pruneCommand } from '../prune-command.ts';

export const containerPrune = pruneCommand({
  short: 'Remove all stopped containers',
  what: () => 'all stopped containers',
  prune: (_, filters) => ({ prune: pruneContainers, filters }),
});
