import { atLeast, command } from '../command-spec.ts';
import { forEach } from '../each.ts';
import { allowNotModified } from '../errors.ts';
import { integer, string } from '../flags/kinds.ts';

export const stop = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Stop one or more running containers',
  args: atLeast(1),
  spellings: 'docker container stop, docker stop',
  flags: {
    signal: string('Signal to send to the container', { short: 's' }),
    time: integer('Seconds to wait before killing the container', {
      hidden: true,
      deprecated: 'use --timeout instead',
    }),
    timeout: integer('Seconds to wait before killing the container', { short: 't' }),
  },
  async run(call) {
    const { values, mentioned, engine } = call;
    if (mentioned.has('time') && mentioned.has('timeout')) {
      throw new Error('conflicting options: cannot specify both --timeout and --time');
    }
    const timeout = mentioned.has('time') ? values.time : values.timeout;
    const options = {
      ...(mentioned.has('timeout') || mentioned.has('time') ? { timeout } : {}),
      ...(values.signal === '' ? {} : { signal: values.signal }),
    };
    await forEach(call, call.args, (name) => allowNotModified(engine.containerStop(name, options)));
  },
});
