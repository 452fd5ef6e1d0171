import type { EngineApi } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import { isNotFound, StatusError } from '../errors.ts';
import { unavailable } from '../flags/flag.ts';
import { objectFormatFlag } from '../flags/format.ts';
import { bool, string } from '../flags/kinds.ts';
import { inspectEach } from '../inspect-each.ts';

type Finder = (engine: EngineApi, name: string, size: boolean) => Promise<object>;

/** In the order in which a name without a type is looked for. */
const finders: Readonly<Record<string, Finder>> = {
  container: (engine, name, size) => engine.containerInspect(name, size ? { size } : undefined),
  image: (engine, name) => engine.imageInspect(name),
};

const notYet = new Set([
  'network',
  'volume',
  'plugin',
  'config',
  'node',
  'secret',
  'service',
  'task',
  'swarm',
]);

export const inspect = command({
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  short: 'Return low-level information on Docker objects',
  args: atLeast(1),
  flags: {
    format: objectFormatFlag,
    size: bool('Display total file sizes if the type is container', { short: 's' }),
    type: string('Only inspect objects of the given type'),
  },
  async run(call) {
    const { engine, values, mentioned, args } = call;
    if (mentioned.has('type')) checkType(values.type);
    const find = (name: string) => findObject(engine, name, values.type, values.size);
    await inspectEach(call, args, values.format, find);
  },
});

export const inspectContainer = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Display detailed information on one or more containers',
  args: atLeast(1),
  flags: { format: objectFormatFlag, size: bool('Display total file sizes', { short: 's' }) },
  async run(call) {
    const find = (name: string) => findObject(call.engine, name, 'container', call.values.size);
    await inspectEach(call, call.args, call.values.format, find);
  },
});

export const inspectImage = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Display detailed information on one or more images',
  args: atLeast(1),
  flags: {
    format: objectFormatFlag,
    platform: unavailable(
      'choosing a platform is',
      string(
        'Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform ' +
          "capable, the command will error out if the platform does not match.\n'os[/arch[/variant]]': " +
          'Explicit platform (eg. linux/amd64)',
      ),
    ),
  },
  async run(call) {
    await inspectEach(call, call.args, call.values.format, (name) =>
      findObject(call.engine, name, 'image', false),
    );
  },
});

function checkType(type: string): void {
  if (Object.hasOwn(finders, type)) return;
  if (type === '')
    throw new StatusError(
      1,
      'type is empty: must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"',
    );
  const why = notYet.has(type)
    ? `--type ${type} is not available yet in this version of Bottleship`
    : `unknown type: ${JSON.stringify(type)}: must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"`;
  throw new StatusError(1, why);
}

async function findObject(engine: EngineApi, name: string, type: string, size: boolean): Promise<object> {
  const only = finders[type];
  if (only) return only(engine, name, size);
  for (const find of Object.values(finders)) {
    const found = await find(engine, name, size).catch(orNothing);
    if (found) return found;
  }
  throw new StatusError(1, `Error: No such object: ${name}`);
}

function orNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}
