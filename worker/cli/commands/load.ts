import { command, noArgs } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { platformOption } from '../options/platform.ts';
import { showProgress } from '../progress.ts';
import { progressWidth } from '../pull.ts';

const flags = {
  input: string('Read from tar archive file, instead of STDIN', { short: 'i' }),
  platform: string(
    'Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
  ),
  quiet: bool('Suppress the load output', { short: 'q' }),
};

export const load = command({
  usage: '[OPTIONS]',
  short: 'Load an image from a tar archive or STDIN',
  args: noArgs,
  spellings: 'docker image load, docker load',
  flags,
  async run(call) {
    const { engine, session, values, out } = call;
    const quiet = values.quiet || !session.tty.stdout;
    const options = { ...(quiet && { quiet }), ...platformOption(values.platform) };
    const progress = await engine.imageLoad(await input(call), options);
    await showProgress(progress, out, progressWidth(session, 'stdout'));
  },
});

async function input({ session, values }: Call<typeof flags>): Promise<AsyncIterable<Uint8Array>> {
  if (values.input !== '') return session.files.open(values.input);
  if (session.tty.stdin) throw new StatusError(1, 'requested load from stdin, but stdin is empty');
  return session.stdin;
}
