import { checkAtomic, writeAtomically } from '../atomic-file.ts';
import { atLeast, command } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';
import { string } from '../flags/kinds.ts';
import { platformOption } from '../options/platform.ts';
import { printAll } from '../streams.ts';

export const save = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  args: atLeast(1),
  spellings: 'docker image save, docker save',
  flags: {
    output: string('Write to a file, instead of STDOUT', { short: 'o' }),
    platform: string(
      'Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
  },
  async run({ engine, session, values: { output, platform }, args }) {
    const option = platformOption(platform);
    if (output === '' && session.tty.stdout)
      throw new StatusError(1, 'cowardly refusing to save to a terminal. Use the -o flag or redirect');
    if (output !== '')
      await checkAtomic(session, output).catch((error: unknown) => {
        throw new StatusError(1, `failed to save image: ${errorText(error)}`);
      });
    const tar = await engine.imageSave(args, option);
    await (output === '' ? printAll(session, tar) : writeAtomically(session, output, tar));
  },
});
