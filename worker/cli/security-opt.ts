import type { HostConfig } from '../protocol/engine-api.ts';
import { cut } from './flags/kinds.ts';
import { compactJson } from './json-text.ts';
import type { ClientSession } from './session.ts';
import { decodeText } from './text.ts';

/** `--security-opt` as the engine takes it: a seccomp profile is sent, not its path. @throws Error in Docker's words */
export async function securityOptions(
  session: ClientSession,
  options: readonly string[],
): Promise<HostConfig> {
  const sent: string[] = [];
  for (const option of options) sent.push(await securityOption(session, option));
  const kept = sent.filter((option) => option !== 'systempaths=unconfined');
  const unconfined = kept.length < sent.length;
  return {
    SecurityOpt: options.length > 0 ? kept : null,
    MaskedPaths: unconfined ? [] : null,
    ReadonlyPaths: unconfined ? [] : null,
  };
}

async function securityOption(session: ClientSession, option: string): Promise<string> {
  const whole = option === 'no-new-privileges' || option.includes('=');
  const [key, value] = whole ? cut(option, '=') : cut(option, ':');
  if (!value && key !== 'no-new-privileges') {
    throw new Error(`Invalid --security-opt: ${JSON.stringify(option)}`);
  }
  if (key !== 'seccomp' || value === undefined || value === 'unconfined' || value === 'builtin')
    return option;
  return `seccomp=${await seccompProfile(session, value)}`;
}

async function seccompProfile(session: ClientSession, path: string): Promise<string> {
  const failed = (what: string) => (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${what} seccomp profile (${path}) failed: ${why}`, { cause: error });
  };
  const text = await session.files.read(path).then(decodeText, failed('opening'));
  try {
    return compactJson(text);
  } catch (error) {
    return failed('compacting json for')(error);
  }
}
