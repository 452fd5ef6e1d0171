import { atLeast, command } from '../command-spec.ts';
import { alignTabs } from '../format/tabs.ts';

export const top = command({
  usage: 'CONTAINER [ps OPTIONS]',
  short: 'Display the running processes of a container',
  args: atLeast(1),
  spellings: 'docker container top, docker top',
  flags: {},
  optionsFirst: true,
  async run({ engine, args, out }) {
    const [container = '', ...options] = args;
    const { Titles, Processes } = await engine.containerTop(
      container,
      options.length > 0 ? { ps_args: options.join(' ') } : {},
    );
    const lines = [Titles, ...Processes].map((cells) => `${cells.join('\t')}\n`);
    await out.print(alignTabs(lines.join(''), 20, 3));
  },
});
