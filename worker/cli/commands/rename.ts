import { command, exactly } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';

export const rename = command({
  usage: 'CONTAINER NEW_NAME',
  short: 'Rename a container',
  args: exactly(2),
  spellings: 'docker container rename, docker rename',
  flags: {},
  async run({ engine, args, err }) {
    const [from = '', to = ''] = args.map((name) => name.trim());
    if (from === '' || to === '') throw new StatusError(1, 'Error: Neither old nor new names may be empty');
    try {
      await engine.containerRename(from, to);
    } catch (error) {
      await err.println(errorText(error));
      throw new StatusError(1, `Error: failed to rename container named ${from}`);
    }
  },
});
