import { StatusError } from './errors.ts';
import { cut } from './flags/kinds.ts';
import type { ClientSession } from './session.ts';
import { decodeText } from './text.ts';

/** As the engine takes them: a seccomp profile is sent, not its path. */
export async function securityOptions(session: ClientSession, options: readonly string[]): Promise<string[]> {
  return Promise.all(options.map((option) => securityOption(session, option)));
}

async function securityOption(session: ClientSession, option: string): Promise<string> {
  const [key, value] = option.includes('=') ? cut(option, '=') : cut(option, ':');
  if (value === undefined && key !== 'no-new-privileges') {
    throw new StatusError(1, `Invalid --security-opt: ${JSON.stringify(option)}`);
  }
  if (key === 'systempaths') {
    throw new StatusError(1, '--security-opt systempaths is not available yet in this version of Bottleship');
  }
  if (key !== 'seccomp' || value === undefined || value === 'unconfined' || value === 'builtin')
    return option;
  return `seccomp=${await seccompProfile(session, value)}`;
}

async function seccompProfile(session: ClientSession, path: string): Promise<string> {
  const failed = (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    return new StatusError(1, `opening seccomp profile (${path}) failed: ${why}`);
  };
  const text = await session.files.read(path).then(decodeText, (error: unknown) => {
    throw failed(error);
  });
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw new StatusError(1, `compacting json for seccomp profile (${path}) failed: ${String(error)}`);
  }
}
