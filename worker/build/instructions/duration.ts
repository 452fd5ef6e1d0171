import { invalid } from '../../oci/errors.ts';

const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of what Go writes as a duration: `1m30s`. https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string): number {
  const [, sign = '', body = ''] = /^([+-]?)([^]*)$/.exec(text) ?? [];
  const factor = sign === '-' ? -1 : 1;
  if (body === '0') return 0;
  const parts = [...body.matchAll(/(\d+\.?\d*|\.\d+)([^\d.]*)/gy)];
  if (body === '' || parts.map(([part]) => part).join('') !== body)
    throw invalid(`time: invalid duration ${JSON.stringify(text)}`);
  return parts.reduce((sum, [, number, unit = '']) => {
    if (unit === '') throw invalid(`time: missing unit in duration ${JSON.stringify(text)}`);
    const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (size === undefined)
      throw invalid(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    return sum + factor * Math.round(Number(number) * size);
  }, 0);
}

/** Go's text for nanoseconds: `1m30s`, `500ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const seconds = nanoseconds / 1e9;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = Number((seconds - hours * 3600 - minutes * 60).toFixed(9));
  return `${hours > 0 ? `${hours}h` : ''}${seconds >= 60 ? `${minutes}m` : ''}${rest}s`;
}
