import { BottleshipError } from '../oci/errors.ts';
import type { AgentFailure } from '../protocol/agent.ts';
import { AgentError } from '../protocol/agent-client.ts';
import { internal, invalid } from './errors.ts';
import { errorNameText } from '../go/errno.ts';

/** Go's words for the kernel's errors. Of a directory runc up to 1.1 says this, and clients look for it. */
function words(code: string): string | undefined {
  return errorNameText(code === 'EISDIR' ? 'EACCES' : code);
}

const prefixes = {
  start:
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ',
  exec: 'OCI runtime exec failed: exec failed: unable to start container process: ',
} as const;

/** A process that did not start, as the client is told. */
export interface StartFailure {
  readonly error: BottleshipError;
  /** 126: cannot be executed; 127: is not there; 128: anything else. */
  readonly exitCode: number;
}

/** What a container has mounted, beside what every one has. */
export interface StartMount {
  readonly source: string;
  readonly target: string;
}

/** Docker's text for what the agent says. https://github.com/moby/moby/blob/v28.5.2/daemon/errors.go (setExitCodeFromError) */
export function startFailure(
  error: unknown,
  program: string,
  kind: keyof typeof prefixes,
  mounts: readonly StartMount[] = [],
): StartFailure {
  if (error instanceof BottleshipError) return { error, exitCode: 128 };
  if (!(error instanceof AgentError)) return { error: internal(String(error), error), exitCode: 128 };
  const { failure } = error;
  if (failure.step === 'user') return userFailure(failure, kind);
  if (failure.step === 'spec') return { error: internal(failure.message), exitCode: 128 };
  const text = prefixes[kind] + (mountFailure(failure, mounts) ?? detail(failure, program));
  if (text.includes('permission denied')) return { error: invalid(text), exitCode: 126 };
  if (text.includes('not a directory')) return { error: invalid(text + mountHint), exitCode: 127 };
  if (/executable file not found|no such file or directory/.test(text))
    return { error: invalid(text), exitCode: 127 };
  return { error: internal(text), exitCode: 128 };
}

/**
 * What runc finds out only when it has reported the start: the program is there, but the kernel cannot execute it (for
 * another processor, or its interpreter is missing). Then the text is the process's output, and 255 its exit code.
 */
export function lateFailure(error: unknown, program: string): string | undefined {
  if (!(error instanceof AgentError)) return undefined;
  const { step, code } = error.failure;
  return step === 'exec' && (code === 'ENOEXEC' || code === 'ENOENT')
    ? `exec ${program}: ${words(code)}\n`
    : undefined;
}

export const lateFailureCode = 255;

const mountHint =
  ': Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';

/** A directory that is to lie over a file, or a file over a directory: the kernel calls that an invalid argument. */
function mountFailure({ step, code }: AgentFailure, mounts: readonly StartMount[]): string | undefined {
  const found = mounts.find(({ target }) => step === `mount ${target}`);
  if (found === undefined || (code !== 'EINVAL' && code !== 'ENOTDIR')) return undefined;
  const { source, target } = found;
  const [from, to] = [JSON.stringify(source), JSON.stringify(target)];
  // MS_BIND and MS_REC, or what a tmpfs is mounted with; the descriptor is runc's.
  const flags = source === 'tmpfs' ? '0xe' : '0x5000';
  return `error during container init: error mounting ${from} to rootfs at ${to}: mount ${source}:${target} (via /proc/self/fd/6), flags: ${flags}: ${words('ENOTDIR')}`;
}

/** Docker looks users up itself, before runc comes into play. */
function userFailure({ message }: AgentFailure, kind: keyof typeof prefixes): StartFailure {
  return kind === 'exec'
    ? { error: invalid(message), exitCode: 126 }
    : { error: internal(message), exitCode: 128 };
}

function detail({ step, code, message }: AgentFailure, program: string): string {
  const name = JSON.stringify(program);
  const reason = words(code);
  if (step === 'lookup') return `exec: ${name}: executable file not found in $PATH`;
  if (step === 'stat') return `exec: ${name}: stat ${program}: ${reason ?? code}`;
  if (step === 'exec') return `exec: ${name}: ${reason ?? code}`;
  return `error during container init: ${reason === undefined ? message : `${step}: ${reason}`}`;
}
