import { familiarReference, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { Reference } from '../../oci/reference.ts';
import { command, exactly } from '../command-spec.ts';
import { authFor } from '../credentials.ts';
import { errorText, StatusError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { note } from '../note.ts';
import { normalPlatform } from '../options/platform.ts';
import { showProgress } from '../progress.ts';
import { progressWidth, pullQuietly } from '../pull.ts';
import type { Printer } from '../text.ts';

const platformNote = `Using --platform pushes only the specified platform manifest of a multi-platform image index.
Other components, like attestations, will not be included.
To push the complete multi-platform image, remove the --platform flag.
`;

/** https://github.com/docker/cli/blob/v28.5.2/cli/command/image/push.go */
export const push = command({
  usage: '[OPTIONS] NAME[:TAG]',
  short: 'Upload an image to a registry',
  args: exactly(1),
  spellings: 'docker image push, docker push',
  flags: {
    'all-tags': bool('Push all tags of an image to the repository', { short: 'a' }),
    'disable-content-trust': bool('Skip image signing', { initial: true }),
    platform: string(
      'Push a platform-specific manifest as a single-platform image to the registry.\n' +
        "Image index won't be pushed, meaning that other manifests, including attestations won't be preserved.\n" +
        "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      { preset: 'DOCKER_DEFAULT_PLATFORM' },
    ),
    quiet: bool('Suppress verbose output', { short: 'q' }),
  },
  async run({ engine, session, config, values, args: [name = ''], out, err }) {
    if (!values['disable-content-trust'])
      throw new StatusError(
        1,
        'docker: --disable-content-trust: signing images is not available in Bottleship',
      );
    if (values.platform !== '') {
      await checkPlatform(values.platform, err);
      await out.print(note(session, 'stdout', platformNote));
    }
    const given = parseReference(name);
    const reference = values['all-tags'] ? given : withDefaultTag(given);
    if (values['all-tags'] && !isNameOnly(given))
      throw new StatusError(1, "tag can't be used with --all-tags/-a");
    if (given.digest !== undefined) throw new StatusError(1, 'cannot push a digest reference');
    if (reference !== given && !values.quiet) await out.println(`Using default tag: ${reference.tag ?? ''}`);
    const { tag, ...repository } = reference;
    const progress = await engine.imagePush(familiarReference(repository), {
      ...(tag !== undefined && { tag }),
      ...authFor(config, reference),
    });
    if (!values.quiet) return showProgress(progress, out, progressWidth(session, 'stdout'));
    await pullQuietly(progress);
    await out.println(formatReference(reference));
  },
});

/** Docker's words run into one. */
async function checkPlatform(platform: string, err: Printer): Promise<void> {
  try {
    normalPlatform(platform);
  } catch (error) {
    await err.print(`Invalid platform ${platform}`);
    throw new StatusError(1, errorText(error).replace(/^error parsing specified platform: /, ''));
  }
}

function isNameOnly({ tag, digest }: Reference): boolean {
  return tag === undefined && digest === undefined;
}
