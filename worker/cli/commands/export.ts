import { checkAtomic, writeAtomically } from '../atomic-file.ts';
import { command, exactly } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';
import { string } from '../flags/kinds.ts';
import { printAll } from '../streams.ts';

export const exportContainer = command({
  usage: '[OPTIONS] CONTAINER',
  short: "Export a container's filesystem as a tar archive",
  args: exactly(1),
  spellings: 'docker container export, docker export',
  flags: { output: string('Write to a file, instead of STDOUT', { short: 'o' }) },
  async run({ engine, session, values: { output }, args: [container = ''] }) {
    if (output === '' && session.tty.stdout) {
      const why = 'cowardly refusing to save to a terminal. Use the -o flag or redirect';
      throw new StatusError(1, why);
    }
    if (output !== '')
      await checkAtomic(session, output).catch((error: unknown) => {
        throw new StatusError(1, `failed to export container: ${errorText(error)}`);
      });
    const tar = await engine.containerExport(container);
    await (output === '' ? printAll(session, tar) : writeAtomically(session, output, tar));
  },
});
