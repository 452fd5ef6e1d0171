import { atLeast, command } from '../command-spec.ts';
import { inTurn } from '../each.ts';
import { stopFlags, stopOptions } from '../stop-flags.ts';

export const restart = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Restart one or more containers',
  args: atLeast(1),
  spellings: 'docker container restart, docker restart',
  flags: stopFlags,
  async run(call) {
    const options = stopOptions(call.values, call.mentioned);
    await inTurn(call, call.args, (name) => call.engine.containerRestart(name, options));
  },
});
