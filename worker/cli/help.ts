import type { ClientSession } from './session.ts';
import type { CommandSpec } from './command-spec.ts';
import type { FlagTable } from './flags/flag.ts';
import { flagUsages } from './flags/usage.ts';
import { sections } from './command-tree.ts';
import type { Group } from './command-tree.ts';

/** Texts of `--help`, as Docker's client lays them out. */

export function commandHelp(session: ClientSession, name: string, spec: CommandSpec): string {
  const options = flagUsages(spec.flags, width(session));
  return [
    `Usage:  ${`${name} ${spec.usage}`.trimEnd()}\n\n${spec.long ?? spec.short}\n`,
    ...(spec.spellings === undefined ? [] : [`Aliases:\n  ${spec.spellings}\n`]),
    ...(options === '' ? [] : [`Options:\n${options}`]),
  ].join('\n');
}

export function groupHelp(name: string, group: Group): string {
  return (
    `Usage:  ${name} COMMAND\n\n${group.short}\n\nCommands:\n${commandLines(group.commands)}\n` +
    `Run '${name} COMMAND --help' for more information on a command.\n`
  );
}

/** The old spellings of commands can be left out of the list. */
export function rootHelp(session: ClientSession, globals: FlagTable): string {
  const hide = Boolean(session.env.get('DOCKER_HIDE_LEGACY_COMMANDS'));
  const shown = sections.filter(({ legacy }) => !legacy || !hide);
  const listed = shown.map(({ title, entries }) => `${title}:\n${commandLines(entries)}\n`).join('');
  return (
    `Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\n${listed}` +
    `Global Options:\n${flagUsages(globals, width(session))}\n` +
    "Run 'docker COMMAND --help' for more information on a command.\n\n" +
    'For more help on how to use Docker, head to https://docs.docker.com/go/guides/\n'
  );
}

const narrowestName = 11;

function commandLines(entries: readonly { readonly name: string; readonly short: string }[]): string {
  return [...entries].map(({ name, short }) => `  ${name.padEnd(narrowestName)} ${short}\n`).join('');
}

const defaultWidth = 80;

function width(session: ClientSession): number {
  return (session.tty.stdin ? (session.size?.cols ?? defaultWidth) : defaultWidth) - 1;
}
