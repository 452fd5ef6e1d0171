import type { Healthcheck } from '../../protocol/engine-api.ts';
import type { FullConfig } from '../containers/config.ts';

/** A health check with Docker's defaults; times in milliseconds. */
export interface Check {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly startInterval: number;
  readonly retries: number;
}

const defaultShell = ['/bin/sh', '-c'];

/** What is to be run, and when; undefined without a health check. https://github.com/moby/moby/blob/v28.5.2/daemon/health.go */
export function checkOf({ Healthcheck, Shell }: FullConfig): Check | undefined {
  const command = Healthcheck && commandOf(Healthcheck, Shell);
  if (!Healthcheck || !command?.length) return undefined;
  return {
    command,
    interval: milliseconds(Healthcheck.Interval, 30_000),
    timeout: milliseconds(Healthcheck.Timeout, 30_000),
    startPeriod: milliseconds(Healthcheck.StartPeriod, 0),
    startInterval: milliseconds(Healthcheck.StartInterval, 5000),
    retries: Healthcheck.Retries && Healthcheck.Retries > 0 ? Healthcheck.Retries : 3,
  };
}

function commandOf({ Test }: Healthcheck, shell: FullConfig['Shell']): string[] | undefined {
  const [kind, ...rest] = Test ?? [];
  if (kind === 'CMD') return rest;
  if (kind === 'CMD-SHELL') return [...(shell?.length ? shell : defaultShell), ...rest];
  return undefined;
}

/** The API counts nanoseconds; 0 is the default. */
function milliseconds(nanoseconds: number | undefined, otherwise: number): number {
  return nanoseconds ? nanoseconds / 1e6 : otherwise;
}
