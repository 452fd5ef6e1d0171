import type { Health } from '../../protocol/engine-api.ts';
import type { Instant } from '../clock.ts';
import { formatTime } from '../time.ts';
import type { Check } from './check.ts';

/** How one probe came out. */
export interface ProbeResult {
  readonly start: Instant;
  readonly end: Instant;
  /** 0 is healthy; -1 when the probe itself failed. */
  readonly exitCode: number;
  readonly output: string;
}

const logLength = 5;

/** A run begins; what earlier runs' probes have said stays. */
export function startingHealth(before: Health | undefined): Health {
  return { Status: 'starting', FailingStreak: 0, Log: before?.Log ?? [] };
}

/**
 * What is thought of the container after a probe. Failures while it still starts do not count.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/health.go (handleProbeResult)
 */
export function nextHealth(
  health: Health,
  result: ProbeResult,
  { retries, startPeriod }: Check,
  startedAt: Instant,
): Health {
  const Log = [...health.Log, entry(result)].slice(-logLength);
  if (result.exitCode === 0) return { Status: 'healthy', FailingStreak: 0, Log };
  if (health.Status === 'starting' && result.start - startedAt < startPeriod) return { ...health, Log };
  const FailingStreak = health.FailingStreak + 1;
  return { Status: FailingStreak >= retries ? 'unhealthy' : health.Status, FailingStreak, Log };
}

function entry({ start, end, exitCode, output }: ProbeResult): Health['Log'][number] {
  return { Start: formatTime(start), End: formatTime(end), ExitCode: exitCode, Output: output };
}
