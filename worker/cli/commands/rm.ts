import { atLeast, command } from '../command-spec.ts';
import { forEach } from '../each.ts';
import { errorText, isNotFound, StatusError } from '../errors.ts';
import { bool } from '../flags/kinds.ts';

export const rm = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Remove one or more containers',
  args: atLeast(1),
  spellings: 'docker container rm, docker container remove, docker rm',
  flags: {
    force: bool('Force the removal of a running container (uses SIGKILL)', { short: 'f' }),
    link: bool('Remove the specified link', { short: 'l' }),
    volumes: bool('Remove anonymous volumes associated with the container', { short: 'v' }),
  },
  async run(call) {
    const options = {
      ...(call.values.force ? { force: true } : {}),
      ...(call.values.link ? { link: true } : {}),
      ...(call.values.volumes ? { v: true } : {}),
    };
    await forEach(call, call.args, async (name) => {
      const container = name.replace(/^\/+|\/+$/g, '');
      if (container === '') throw new StatusError(1, 'container name cannot be empty');
      try {
        await call.engine.containerDelete(container, options);
        return undefined;
      } catch (error) {
        // With --force a container that is not there is no failure, only a word about it.
        if (!call.values.force || !isNotFound(error)) throw error;
        await call.err.println(errorText(error));
        return 'passed over';
      }
    });
  },
});
