import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { StatusError } from '../errors.ts';
import { command } from '../command-spec.ts';
import { bool, list, string } from '../flags/kinds.ts';

export const commit = command({
  usage: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  short: "Create a new image from a container's changes",
  args: { min: 1, max: 2 },
  spellings: 'docker container commit, docker commit',
  flags: {
    author: string('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: string('Commit message', { short: 'm' }),
    pause: bool('Pause container during commit', { short: 'p', initial: true }),
  },
  async run({ engine, values, args: [container = '', name = ''], out }) {
    const { Id } = await engine.containerCommit(container, {
      ...repositoryOf(name),
      ...(values.message && { comment: values.message }),
      ...(values.author && { author: values.author }),
      ...(!values.pause && { pause: false }),
      ...(values.change.length > 0 && { changes: [...values.change] }),
    });
    await out.println(Id);
  },
});

function repositoryOf(name: string): { repo?: string; tag?: string } {
  if (name === '') return {};
  const { tag, digest, ...repository } = withDefaultTag(parseReference(name));
  if (digest !== undefined) throw new StatusError(1, 'refusing to create a tag with a digest reference');
  return { repo: formatReference(repository), ...(tag !== undefined && { tag }) };
}
