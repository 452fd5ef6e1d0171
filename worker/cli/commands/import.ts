import { parseReference } from '../../oci/reference.ts';
import { command } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { list, string } from '../flags/kinds.ts';

export const importImage = command({
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  short: 'Import the contents from a tarball to create a filesystem image',
  args: { min: 1, max: Infinity },
  spellings: 'docker image import, docker import',
  flags: {
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: string('Set commit message for imported image', { short: 'm' }),
    platform: string('Set platform if server is multi-platform capable'),
  },
  async run({ engine, session, values, args: [source = '', repo = ''], out }) {
    if (/^https?:\/\//.test(source))
      throw new StatusError(
        1,
        'importing from an address is not supported yet: fetch it, and import it as -',
      );
    if (repo !== '') parseReference(repo);
    const tar = source === '-' ? session.stdin : await session.files.open(source);
    const { Id } = await engine.imageImport(tar, {
      ...(repo && { repo }),
      ...(values.message && { message: values.message }),
      ...(values.platform && { platform: values.platform }),
      ...(values.change.length > 0 && { changes: [...values.change] }),
    });
    await out.println(Id);
  },
});
