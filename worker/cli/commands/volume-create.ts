import { atMost, command } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { list, map, pair, string } from '../flags/kinds.ts';
import { validLabel } from '../flags/validate.ts';

export const volumeCreate = command({
  usage: '[OPTIONS] [VOLUME]',
  short: 'Create a volume',
  args: atMost(1),
  flags: {
    driver: string('Specify volume driver name', { short: 'd', initial: 'local' }),
    label: list('Set metadata for a volume', { validate: validLabel }),
    name: string('Specify volume name', { hidden: true }),
    opt: map('Set driver specific options', { short: 'o' }),
  },
  async run({ engine, values, args: [name], out }) {
    if (name !== undefined && values.name !== '') {
      const why = 'cannot specify a volume-name through both --name and as a positional arg';
      throw new StatusError(1, `conflicting options: ${why}`);
    }
    const volume = await engine.volumeCreate({
      Driver: values.driver,
      Name: name ?? values.name,
      ...(Object.keys(values.opt).length > 0 ? { DriverOpts: { ...values.opt } } : {}),
      ...(values.label.length > 0 ? { Labels: labels(values.label) } : {}),
    });
    await out.println(volume.Name);
  },
});

function labels(texts: readonly string[]): Record<string, string> {
  return Object.assign({}, ...texts.map(pair)) as Record<string, string>;
}
