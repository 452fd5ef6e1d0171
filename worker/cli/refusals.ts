import type { CommandSpec } from './command-spec.ts';
import { StatusError } from './errors.ts';
import type { FlagTable } from './flags/flag.ts';
import type { Parsed } from './flags/parse.ts';

/** How Docker's client ends when its flags are wrong. */
export const flagMistake = 125;

/** A flag that means something this engine cannot do must not pass unnoticed. */
export function refuseUnavailable(
  name: string,
  flags: FlagTable,
  { mentioned, values }: Parsed<FlagTable>,
): void {
  for (const flag of mentioned) {
    const { unavailable, short, initial } = flags[flag] ?? {};
    if (unavailable === undefined || values[flag] === initial) continue;
    const spelling = short === undefined ? `--${flag}` : `-${short}/--${flag}`;
    throw new StatusError(
      flagMistake,
      `docker: ${spelling}: ${unavailable} not available yet in this version of Bottleship\n\n` +
        `Run '${name} --help' for more information`,
    );
  }
}

/** Docker's client learns from the engine which system it runs on. */
export function refuseWindows(flags: FlagTable, { mentioned }: Parsed<FlagTable>): void {
  const mistakes = [...mentioned]
    .filter((flag) => flags[flag]?.windows)
    .map(
      (flag) =>
        `"--${flag}" is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux`,
    );
  if (mistakes.length > 0) throw new StatusError(1, mistakes.join('\n'));
}

export function checkArgs(
  name: string,
  { args: { min, max }, usage, mistakePrefix = '' }: CommandSpec,
  count: number,
): void {
  if (count >= min && count <= max) return;
  const [how, see] = complaint(min, max);
  throw new StatusError(
    1,
    `${mistakePrefix}docker: '${name}' ${how}\n\nUsage:  ${`${name} ${usage}`.trimEnd()}\n\n${see} '${name} --help' for more information`,
  );
}

/** Docker's words, slip and all. */
function complaint(min: number, max: number): [how: string, see: string] {
  if (max === 0) return ['accepts no arguments', 'Run'];
  if (min === max) return [`requires ${counted(min)}`, 'Run'];
  if (max === Infinity) return [`requires at least ${counted(min)}`, 'See'];
  if (min === 0) return [`requires at most ${counted(max)}`, 'SRun'];
  return [`requires at least ${min} and at most ${counted(max)}`, 'Run'];
}

function counted(number: number): string {
  return `${number} argument${number === 1 ? '' : 's'}`;
}
