/** `2026-11-23 21:36:31 +0000 UTC`, of seconds since 1970. */
export function goTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Fri May 30 12:07:14 2025`, of an RFC 3339 time; what is none stays as it is. */
export function ansiTime(text: string): string {
  const time = new Date(text);
  if (text === '' || Number.isNaN(time.getTime())) return text;
  const clock = time.toISOString().slice(11, 19);
  const day = String(time.getUTCDate()).padStart(2);
  return `${days[time.getUTCDay()]} ${months[time.getUTCMonth()]} ${day} ${clock} ${time.getUTCFullYear()}`;
}

/** `2026-11-24 02:38:48.757052823 +0000 UTC`, of an RFC 3339 time. */
export function goNanoTime(text: string): string {
  const time = new Date(text);
  if (text === '' || Number.isNaN(time.getTime())) return text;
  const fraction = (/\.(\d+)/.exec(text)?.[1] ?? '').replace(/0+$/, '');
  const clock = time.toISOString().slice(0, 19).replace('T', ' ');
  return `${clock}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}

/** `2026-11-24T02:38:48.757052823Z`, of nanoseconds since 1970. */
export function nanoTime(nanoseconds: number): string {
  const exact = BigInt(Math.trunc(nanoseconds));
  const seconds = new Date(Number(exact / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(exact % 1_000_000_000n).padStart(9, '0')}Z`;
}
