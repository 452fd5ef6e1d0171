import type { HostConfig } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';

type RestartPolicy = NonNullable<HostConfig['RestartPolicy']>;

/** https://github.com/moby/moby/blob/v28.5.2/api/types/container/hostconfig.go (ValidateRestartPolicy) */
export function validateRestartPolicy({ Name, MaximumRetryCount: retries }: Partial<RestartPolicy>): void {
  const MaximumRetryCount = retries ?? 0;
  if (Name === undefined || Name === '') return;
  if (Name === 'on-failure') {
    if (MaximumRetryCount >= 0) return;
    throw invalid('invalid restart policy: maximum retry count cannot be negative');
  }
  if (!['no', 'always', 'unless-stopped'].includes(Name))
    throw invalid(
      `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  if (MaximumRetryCount === 0) return;
  const more = MaximumRetryCount < 0 ? ' and cannot be negative' : '';
  throw invalid(`invalid restart policy: maximum retry count can only be used with 'on-failure'${more}`);
}

const firstDelay = 100;
const longestDelay = 60_000;
/** A run of this length makes the delay start anew. */
const steadyRun = 10_000;

/** What a container's policy remembers between its runs. */
export interface RestartMemory {
  /** Milliseconds before the last restart. */
  delay: number;
  failures: number;
}

/** How a run has come to its end. */
interface Ended {
  readonly exitCode: number;
  readonly stoppedByUser: boolean;
  readonly restartCancelled: boolean;
}

/**
 * The delay before the next start, or undefined when there is none.
 * https://github.com/moby/moby/blob/v28.5.2/restartmanager/restartmanager.go
 */
export function nextRestart(
  policy: RestartPolicy,
  memory: RestartMemory,
  run: Ended & { readonly milliseconds: number },
): number | undefined {
  memory.delay =
    run.milliseconds >= steadyRun || memory.delay === 0
      ? firstDelay
      : Math.min(memory.delay * 2, longestDelay);
  if (!wanted(policy, memory, run)) return undefined;
  memory.failures += 1;
  return memory.delay;
}

function wanted(
  { Name, MaximumRetryCount }: RestartPolicy,
  { failures }: RestartMemory,
  { exitCode, stoppedByUser, restartCancelled }: Ended,
): boolean {
  if (restartCancelled) return false;
  if (Name === 'always' || (Name === 'unless-stopped' && !stoppedByUser)) return true;
  return Name === 'on-failure' && exitCode !== 0 && (MaximumRetryCount === 0 || failures < MaximumRetryCount);
}
