import { parseReference } from '../../oci/reference.ts';
import { command } from '../command-spec.ts';
import { list, string } from '../flags/kinds.ts';
import { showProgress } from '../progress.ts';
import { progressWidth } from '../pull.ts';

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
    if (repo !== '') parseReference(repo);
    const options = {
      ...(repo && { repo }),
      ...(values.message && { message: values.message }),
      ...(values.change.length > 0 && { changes: [...values.change] }),
      ...(values.platform && { platform: values.platform }),
    };
    if (/^https?:\/\//.test(source)) {
      const progress = await engine.imageImportFrom(source, options);
      return showProgress(progress, out, progressWidth(session, 'stdout'));
    }
    const tar = source === '-' ? session.stdin : await session.files.open(source);
    const { Id } = await engine.imageImport(tar, options);
    await out.println(Id);
  },
});
