import { StatusError } from './errors.ts';
import { cut } from './flags/kinds.ts';
import type { ClientSession } from './session.ts';
import { decodeText } from './text.ts';

/** `NAME` alone takes its value from the client's environment. */
export function withOwnValue(session: ClientSession, entry: string): string {
  const own = entry.includes('=') ? undefined : session.env.get(entry);
  return own === undefined ? entry : `${entry}=${own}`;
}

/** The variables of `--env-file` and `--env`, in this order: the later of two wins. */
export async function readEnvironment(
  session: ClientSession,
  files: readonly string[],
  entries: readonly string[],
): Promise<string[]> {
  const fromFiles: string[] = [];
  for (const path of files) fromFiles.push(...(await readKeyValueFile(session, path, 'env', session.env)));
  return [...fromFiles, ...entries.map((entry) => withOwnValue(session, entry))];
}

/** The labels of `--label-file` and `--label`. */
export async function readLabels(
  session: ClientSession,
  files: readonly string[],
  entries: readonly string[],
): Promise<Record<string, string>> {
  const lines: string[] = [];
  for (const path of files) lines.push(...(await readKeyValueFile(session, path, 'label')));
  return Object.fromEntries(
    [...lines, ...entries].map((entry) => cut(entry, '=')).map(([k, v]) => [k, v ?? '']),
  );
}

/** Lines of `NAME=value`; without a value the one of `own` is taken, and the line dropped where there is none. */
async function readKeyValueFile(
  session: ClientSession,
  path: string,
  kind: 'env' | 'label',
  own?: ReadonlyMap<string, string>,
): Promise<string[]> {
  const text = decodeText(await session.files.read(path)).replace(/^\uFEFF/, '');
  try {
    return text.split('\n').flatMap((line) => keyValueLine(line.replace(/\r$/, '').trimStart(), own));
  } catch (error) {
    throw new StatusError(
      1,
      `invalid ${kind} file (${path}): ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function keyValueLine(line: string, own: ReadonlyMap<string, string> | undefined): string[] {
  if (line === '' || line.startsWith('#')) return [];
  const [name, value] = cut(line, '=');
  if (name === '') throw new Error(`no variable name on line '${line}'`);
  if (/\s/.test(name)) throw new Error(`variable '${name}' contains whitespaces`);
  if (value !== undefined) return [line];
  const found = own?.get(name);
  return own && found !== undefined ? [`${name}=${found}`] : own ? [] : [name];
}
