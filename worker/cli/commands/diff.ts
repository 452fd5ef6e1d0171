import { command, exactly } from '../command-spec.ts';

const kinds = ['C', 'A', 'D'];

export const diff = command({
  usage: 'CONTAINER',
  short: "Inspect changes to files or directories on a container's filesystem",
  args: exactly(1),
  spellings: 'docker container diff, docker diff',
  flags: {},
  async run({ engine, args: [container = ''], out }) {
    const changes = await engine.containerChanges(container);
    await out.print(changes.map(({ Kind, Path }) => `${kinds[Kind] ?? ''} ${Path}\n`).join(''));
  },
});
