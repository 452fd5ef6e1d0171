import type { EngineApi } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import { isNotFound, StatusError } from '../errors.ts';
import { objectFormatFlag } from '../flags/format.ts';
import { bool, string } from '../flags/kinds.ts';
import { inspectEach } from '../inspect-each.ts';
import type { Found } from '../inspect-each.ts';
import { platformOption } from '../options/platform.ts';
import type { GoType } from '../template/types.ts';
import { containerInspect } from '../types/container.ts';
import { imageInspect } from '../types/image.ts';
import { networkInspect } from '../types/network.ts';
import { volumeInspect } from '../types/volume.ts';

type Finder = (engine: EngineApi, name: string, size: boolean) => Promise<object>;

interface Kind {
  readonly find: Finder;
  readonly type: GoType;
}

/** In the order in which a name without a type is looked for. */
const kinds: Readonly<Record<string, Kind>> = {
  container: {
    find: (engine, name, size) => engine.containerInspect(name, size ? { size } : undefined),
    type: containerInspect,
  },
  image: { find: (engine, name) => engine.imageInspect(name), type: imageInspect },
  network: { find: (engine, name) => engine.networkInspect(name), type: networkInspect },
  volume: { find: (engine, name) => engine.volumeInspect(name), type: volumeInspect },
};

const absent = new Set(['plugin', 'config', 'node', 'secret', 'service', 'task', 'swarm']);

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
    platform: string(
      'Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform ' +
        "capable, the command will error out if the platform does not match.\n'os[/arch[/variant]]': " +
        'Explicit platform (eg. linux/amd64)',
    ),
  },
  async run(call) {
    const option = platformOption(call.values.platform);
    await inspectEach(call, call.args, call.values.format, async (name) => ({
      json: await call.engine.imageInspect(name, option),
      type: imageInspect,
      raw: true,
    }));
  },
});

const choice =
  'must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"';

function checkType(type: string): void {
  if (Object.hasOwn(kinds, type)) return;
  if (type === '') throw new StatusError(1, `type is empty: ${choice}`);
  const why = absent.has(type)
    ? `--type ${type} is not available in Bottleship`
    : `unknown type: ${JSON.stringify(type)}: ${choice}`;
  throw new StatusError(1, why);
}

async function findObject(engine: EngineApi, name: string, type: string, size: boolean): Promise<Found> {
  const only = kinds[type];
  if (only) return { json: await only.find(engine, name, size), type: only.type, raw: true };
  for (const { find, type: found } of Object.values(kinds)) {
    const json = await find(engine, name, size).catch(orNothing);
    if (json) return { json, type: found, raw: true };
  }
  throw new StatusError(1, `Error: No such object: ${name}`);
}

function orNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}
