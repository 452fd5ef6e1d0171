import { withPruneFilters } from './client-config.ts';
import { command, noArgs } from './command-spec.ts';
import type { Call, CommandSpec } from './command-spec.ts';
import { confirm } from './confirm.ts';
import { filter } from './flags/filter.ts';
import type { Filters } from './flags/filter.ts';
import { bool } from './flags/kinds.ts';
import { humanSize } from './format/size.ts';
import type { Prune } from './prune.ts';

const baseFlags = {
  filter: filter('Provide filter values (e.g. "until=<timestamp>")', false),
  force: bool('Do not prompt for confirmation', { short: 'f' }),
};

/** What sets one `prune` command apart from another. */
interface PruneSpec {
  readonly short: string;
  /** What `--all` says, where there is one. */
  readonly all?: string;
  readonly example?: string;
  /** What is to be removed, after `WARNING! This will remove`. */
  what(all: boolean): string;
  /** What to do, by `--all`; throws a StatusError when the flags contradict each other. */
  prune(all: boolean, filters: Filters): { prune: Prune; filters: Filters };
  /** Whether nothing is said of space. */
  readonly spaceless?: boolean;
}

/** A command that removes what is unused, once the user has agreed. */
export function pruneCommand(spec: PruneSpec): CommandSpec {
  const flags = {
    ...baseFlags,
    ...(spec.example === undefined ? {} : { filter: filter(spec.example, false) }),
    ...(spec.all === undefined ? {} : { all: bool(spec.all, { short: 'a' }) }),
  };
  return command({
    usage: '[OPTIONS]',
    short: spec.short,
    args: noArgs,
    flags,
    run: (call) => run(spec, call),
  });
}

async function run(spec: PruneSpec, call: Call<typeof baseFlags>): Promise<void> {
  const { engine, values, out } = call;
  const all = 'all' in values && values.all === true;
  const { prune, filters } = spec.prune(all, withPruneFilters(call.config, values.filter));
  const warning = `WARNING! This will remove ${spec.what(all)}.\nAre you sure you want to continue?`;
  if (!values.force && !(await confirm(call, warning))) return;
  const { text, reclaimed } = await prune(engine, filters);
  await out.print(text);
  if (!spec.spaceless) await out.println(`Total reclaimed space: ${humanSize(reclaimed)}`);
}
