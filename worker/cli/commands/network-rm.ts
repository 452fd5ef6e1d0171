import { atLeast, command } from '../command-spec.ts';
import { errorText, isNotFound, StatusError } from '../errors.ts';
import { bool } from '../flags/kinds.ts';

export const networkRm = command({
  usage: 'NETWORK [NETWORK...]',
  short: 'Remove one or more networks',
  args: atLeast(1),
  spellings: 'docker network rm, docker network remove',
  flags: { force: bool('Do not error if the network does not exist', { short: 'f' }) },
  async run({ engine, values, args, out, err }) {
    let failed = false;
    for (const name of args) {
      try {
        // What Docker asks for the sake of swarm's network; whether there is one shows in the next request.
        await engine.networkInspect(name).catch(() => undefined);
        await engine.networkRemove(name);
        await out.println(name);
      } catch (error) {
        if (values.force && isNotFound(error)) continue;
        await err.println(errorText(error));
        failed = true;
      }
    }
    if (failed) throw new StatusError(1, 'exit status 1');
  },
});
