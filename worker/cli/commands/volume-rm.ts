import { atLeast, command } from '../command-spec.ts';
import { inTurn } from '../each.ts';
import { bool } from '../flags/kinds.ts';

export const volumeRm = command({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove one or more volumes',
  long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  args: atLeast(1),
  spellings: 'docker volume rm, docker volume remove',
  flags: { force: bool('Force the removal of one or more volumes', { short: 'f' }) },
  run: (call) =>
    inTurn(call, call.args, (name) =>
      call.engine.volumeRemove(name, call.values.force ? { force: true } : {}),
    ),
});
