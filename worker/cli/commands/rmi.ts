import type { DeletedImage } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import { errorText, isNotFound, StatusError } from '../errors.ts';
import { unavailable } from '../flags/flag.ts';
import { bool } from '../flags/kinds.ts';
import { strings } from '../flags/strings.ts';

export const rmi = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Remove one or more images',
  args: atLeast(1),
  spellings: 'docker image rm, docker image remove, docker rmi',
  flags: {
    force: bool('Force removal of the image', { short: 'f' }),
    'no-prune': bool('Do not delete untagged parents'),
    platform: unavailable(
      'choosing a platform is',
      strings(
        'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
      ),
    ),
  },
  async run({ engine, values, args, out, err }) {
    const failures: unknown[] = [];
    for (const name of args) {
      try {
        const steps = await engine.imageDelete(name, {
          ...(values.force ? { force: true } : {}),
          ...(values['no-prune'] ? { noprune: true } : {}),
        });
        await out.print(steps.map(line).join(''));
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 0) return;
    const text = failures.map(errorText).join('\n');
    if (!values.force || !failures.every(isNotFound)) throw new StatusError(1, text);
    await err.println(text);
  },
});

function line(step: DeletedImage): string {
  return 'Untagged' in step ? `Untagged: ${step.Untagged}\n` : `Deleted: ${step.Deleted}\n`;
}
