import { atLeast, command } from '../command-spec.ts';
import { forEach } from '../each.ts';
import { allowNotModified } from '../errors.ts';
import { stopFlags, stopOptions } from '../stop-flags.ts';

export const stop = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Stop one or more running containers',
  args: atLeast(1),
  spellings: 'docker container stop, docker stop',
  flags: stopFlags,
  async run(call) {
    const options = stopOptions(call.values, call.mentioned);
    await forEach(call, call.args, (name) => allowNotModified(call.engine.containerStop(name, options)));
  },
});
