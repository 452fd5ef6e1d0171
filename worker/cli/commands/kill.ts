import { atLeast, command } from '../command-spec.ts';
import { forEach } from '../each.ts';
import { string } from '../flags/kinds.ts';

export const kill = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Kill one or more running containers',
  args: atLeast(1),
  spellings: 'docker container kill, docker kill',
  flags: { signal: string('Signal to send to the container', { short: 's' }) },
  async run(call) {
    const { signal } = call.values;
    await forEach(call, call.args, (name) =>
      call.engine.containerKill(name, signal === '' ? {} : { signal }),
    );
  },
});
