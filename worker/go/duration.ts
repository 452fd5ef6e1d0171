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

/** Nanoseconds of `1m30s`. @throws Error in Go's words. https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string): number {
  const [, sign, rest = ''] = /^([+-]?)([^]*)$/.exec(text) ?? [];
  if (rest === '0') return 0;
  const parts = [...rest.matchAll(/(\d+\.?\d*|\.\d+)([^\d.]*)/gy)];
  if (rest === '' || parts.map(([part]) => part).join('') !== rest)
    throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  const total = parts.reduce(
    (sum, [, number, unit = '']) => sum + Math.round(Number(number) * sizeOf(unit, text)),
    0,
  );
  return sign === '-' ? -total : total;
}

function sizeOf(unit: string, text: string): number {
  const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (size !== undefined) return size;
  const what = unit === '' ? 'missing unit' : `unknown unit ${JSON.stringify(unit)}`;
  throw new Error(`time: ${what} in duration ${JSON.stringify(text)}`);
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
