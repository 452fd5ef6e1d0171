import type { Healthcheck } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';

const millisecond = 1_000_000;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/container.go (validateHealthCheck) */
export function validateHealthcheck(check: Healthcheck | null | undefined): void {
  if (!check) return;
  requireDuration('Interval', check.Interval);
  requireDuration('Timeout', check.Timeout);
  if ((check.Retries ?? 0) < 0) throw invalid('Retries in Healthcheck cannot be negative');
  requireDuration('StartPeriod', check.StartPeriod);
  requireDuration('StartInterval', check.StartInterval);
}

function requireDuration(name: string, value = 0): void {
  if (value !== 0 && value < millisecond) throw invalid(`${name} in Healthcheck cannot be less than 1ms`);
}

/** What the request leaves open is the image's. https://github.com/moby/moby/blob/v28.5.2/daemon/commit.go (merge) */
export function mergeHealthcheck(
  own: Healthcheck | null | undefined,
  image: Healthcheck | null | undefined,
): Healthcheck | undefined {
  if (!own || !image) return own ?? image ?? undefined;
  return {
    ...own,
    ...(!own.Test?.length && image.Test && { Test: image.Test }),
    ...inherited(own, image, 'Interval'),
    ...inherited(own, image, 'Timeout'),
    ...inherited(own, image, 'StartPeriod'),
    ...inherited(own, image, 'StartInterval'),
    ...inherited(own, image, 'Retries'),
  };
}

type Amount = 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval' | 'Retries';

function inherited(own: Healthcheck, image: Healthcheck, field: Amount): Healthcheck {
  return own[field] || !image[field] ? {} : { [field]: image[field] };
}
