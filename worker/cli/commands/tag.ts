import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { Reference } from '../../oci/reference.ts';
import { command, exactly } from '../command-spec.ts';
import { StatusError } from '../errors.ts';

export const tag = command({
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  args: exactly(2),
  spellings: 'docker image tag, docker tag',
  flags: {},
  optionsFirst: true,
  async run({ engine, args: [source = '', target = ''] }) {
    if (!/^[0-9a-f]{64}$/.test(source)) parse(source);
    const reference = parse(target);
    if (reference.digest !== undefined)
      throw new StatusError(1, 'refusing to create a tag with a digest reference');
    const { tag: name, ...repository } = withDefaultTag(reference);
    await engine.imageTag(source, {
      repo: formatReference(repository),
      ...(name === undefined ? {} : { tag: name }),
    });
  },
});

function parse(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StatusError(
      1,
      `Error parsing reference: ${JSON.stringify(text)} is not a valid repository/tag: ${why}`,
    );
  }
}
