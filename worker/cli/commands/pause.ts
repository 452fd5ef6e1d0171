import { atLeast, command } from '../command-spec.ts';
import { forEach } from '../each.ts';

export const pause = command({
  usage: 'CONTAINER [CONTAINER...]',
  short: 'Pause all processes within one or more containers',
  args: atLeast(1),
  spellings: 'docker container pause, docker pause',
  flags: {},
  run: (call) => forEach(call, call.args, (name) => call.engine.containerPause(name)),
});

export const unpause = command({
  usage: 'CONTAINER [CONTAINER...]',
  short: 'Unpause all processes within one or more containers',
  args: atLeast(1),
  spellings: 'docker container unpause, docker unpause',
  flags: {},
  run: (call) => forEach(call, call.args, (name) => call.engine.containerUnpause(name)),
});
