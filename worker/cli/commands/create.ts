import type { CreateConfig } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { containerConfig } from '../container-config.ts';
import { checkPullOption, createContainer } from '../create-container.ts';
import { errorText, StatusError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { warnOfMounts } from '../options/mount.ts';
import { containerFlags } from '../run-flags.ts';

const flagMistake = 125;

const flags = {
  ...containerFlags,
  pull: string('Pull image before creating ("always", "|missing", "never")', { initial: 'missing' }),
  quiet: bool('Suppress the pull output', { short: 'q' }),
};

export const create = command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create a new container',
  args: atLeast(1),
  spellings: 'docker container create, docker create',
  flags,
  optionsFirst: true,
  async run(call) {
    const config = await configure(call).catch((error: unknown) => {
      throw new StatusError(
        flagMistake,
        `docker: ${errorText(error)}\n\nRun 'docker create --help' for more information`,
      );
    });
    await call.out.println(await createContainer(call, config, call.values));
  },
});

async function configure(call: Call<typeof flags>): Promise<CreateConfig> {
  const { session, values, args } = call;
  checkPullOption(values.pull);
  await warnOfMounts(session, call.err, values.mount);
  return containerConfig(call, args);
}
