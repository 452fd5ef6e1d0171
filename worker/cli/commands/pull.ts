import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { command, exactly } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { showProgress } from '../progress.ts';
import { progressWidth, pullQuietly, requestPull } from '../pull.ts';

export const pull = command({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  short: 'Download an image from a registry',
  args: exactly(1),
  spellings: 'docker image pull, docker pull',
  flags: {
    'all-tags': bool('Download all tagged images in the repository', { short: 'a' }),
    'disable-content-trust': bool('Skip image verification', { initial: true }),
    platform: string('Set platform if server is multi-platform capable', {
      preset: 'DOCKER_DEFAULT_PLATFORM',
    }),
    quiet: bool('Suppress verbose output', { short: 'q' }),
  },
  async run({ engine, session, config, values, args: [name = ''], out }) {
    if (!values['disable-content-trust']) {
      throw new StatusError(
        1,
        'docker: --disable-content-trust: verifying images is not available in Bottleship',
      );
    }
    const given = parseReference(name);
    const isNameOnly = given.tag === undefined && given.digest === undefined;
    if (values['all-tags'] && !isNameOnly) throw new StatusError(1, "tag can't be used with --all-tags/-a");
    const reference = values['all-tags'] ? given : withDefaultTag(given);
    if (reference !== given && !values.quiet) await out.println(`Using default tag: ${reference.tag ?? ''}`);
    const progress = await requestPull(engine, reference, values.platform, config);
    await (values.quiet
      ? pullQuietly(progress)
      : showProgress(progress, out, progressWidth(session, 'stdout')));
    await out.println(formatReference(reference));
  },
});
