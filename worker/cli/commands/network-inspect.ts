import { atLeast, command } from '../command-spec.ts';
import { objectFormatFlag } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { inspectEach } from '../inspect-each.ts';
import { networkInspect as networkType } from '../types/network.ts';

export const networkInspect = command({
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  short: 'Display detailed information on one or more networks',
  args: atLeast(1),
  flags: {
    format: objectFormatFlag,
    verbose: bool('Verbose output for diagnostics', { short: 'v' }),
  },
  run: (call) =>
    inspectEach(call, call.args, call.values.format, async (name) => ({
      json: await call.engine.networkInspect(name, call.values.verbose ? { verbose: true } : {}),
      type: networkType,
      raw: true,
    })),
});
