import { withProxies } from './client-config.ts';
import type { ClientConfig } from './client-config.ts';
import { cut } from './flags/kinds.ts';
import { FileError } from './session.ts';
import type { ClientSession } from './session.ts';

/**
 * The variables of `--env-file`, then those of `--env`, of which the last mention of a name counts, then those of the
 * proxies that the client is told of.
 */
export async function readEnvironment(
  session: ClientSession,
  config: ClientConfig,
  files: readonly string[],
  entries: readonly string[],
): Promise<string[]> {
  const own = lastMentions(ownValues(session, entries));
  return [...(await readFiles(session, files, session.env)), ...withProxies(config, own)];
}

/** `NAME` alone takes its value from the client's environment. */
export function ownValues(session: ClientSession, entries: readonly string[]): string[] {
  return entries.map((entry) => {
    const own = entry.includes('=') ? undefined : session.env.get(entry);
    return own === undefined ? entry : `${entry}=${own}`;
  });
}

function lastMentions(entries: readonly string[]): string[] {
  return [...new Map(entries.map((entry) => [cut(entry, '=')[0], entry])).values()];
}

/** The variables of `--env-file` and then those of `--env`, each as often as it is mentioned. */
export async function readExecEnvironment(
  session: ClientSession,
  files: readonly string[],
  entries: readonly string[],
): Promise<string[]> {
  return [...(await readFiles(session, files, session.env)), ...ownValues(session, entries)];
}

/** The labels of `--label-file` and `--label`. */
export async function readLabels(
  session: ClientSession,
  files: readonly string[],
  entries: readonly string[],
): Promise<Record<string, string>> {
  const lines = await readFiles(session, files);
  return Object.fromEntries(
    [...lines, ...entries].map((entry) => cut(entry, '=')).map(([k, v]) => [k, v ?? '']),
  );
}

type Own = ReadonlyMap<string, string>;

/** Lines of `NAME=value`; without a value the one of `own` is taken, and the line dropped where there is none. */
async function readFiles(session: ClientSession, files: readonly string[], own?: Own): Promise<string[]> {
  const lines: string[] = [];
  for (const path of files) lines.push(...(await readKeyValueFile(session, path, own)));
  return lines;
}

async function readKeyValueFile(session: ClientSession, path: string, own?: Own): Promise<string[]> {
  try {
    const lines = splitLines(await session.files.read(path));
    return lines.flatMap((line, at) => keyValueLine(lineText(line, at), own));
  } catch (error) {
    if (error instanceof FileError && error.message.startsWith('open ')) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`invalid env file (${path}): ${why}`, { cause: error });
  }
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    lines.push(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
    start = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

/** Drops a byte order mark. */
const strict = new TextDecoder('utf-8', { fatal: true });

function lineText(line: Uint8Array, at: number): string {
  try {
    return strict.decode(line).trimStart();
  } catch {
    throw new Error(`invalid utf8 bytes at line ${at + 1}: [${line.join(' ')}]`);
  }
}

function keyValueLine(line: string, own?: Own): string[] {
  if (line === '' || line.startsWith('#')) return [];
  const [name, value] = cut(line, '=');
  if (name === '') throw new Error(`no variable name on line '${line}'`);
  if (/[ \t]/.test(name)) throw new Error(`variable '${name}' contains whitespaces`);
  if (value !== undefined) return [line];
  const found = own?.get(name);
  return found === undefined ? [] : [`${name}=${found}`];
}
