import type { Volume } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import { objectFormatFlag } from '../flags/format.ts';
import { inspectEach } from '../inspect-each.ts';
import { volumeInspect as volumeType } from '../types/volume.ts';

export const volumeInspect = command({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Display detailed information on one or more volumes',
  args: atLeast(1),
  flags: { format: objectFormatFlag },
  run: (call) =>
    inspectEach(call, call.args, call.values.format, async (name) => ({
      json: inOrder(await call.engine.volumeInspect(name)),
      type: volumeType,
      raw: false,
    })),
});

/** The client prints the fields that it knows, in its own order. */
function inOrder({ CreatedAt, Driver, Labels, Mountpoint, Name, Options, Scope, ...rest }: Volume): object {
  return {
    CreatedAt,
    Driver,
    Labels: sorted(Labels),
    Mountpoint,
    Name,
    Options: sorted(Options),
    Scope,
    ...rest,
  };
}

/** As Go writes maps. */
function sorted(map: Record<string, string> | null): Record<string, string> | null {
  return map && Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
