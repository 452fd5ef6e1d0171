import type { Process } from './process.ts';
import type { Surroundings } from './surroundings.ts';

const day = 86_400;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `[days-]hh:mm:ss` of hundredths of a second. */
export function clockTime(hundredths: number): string {
  const seconds = Math.trunc(hundredths / 100);
  const days = Math.trunc(seconds / day);
  return `${days > 0 ? `${days}-` : ''}${hours(seconds % day)}`;
}

/** `m:ss` of hundredths of a second. */
export function minutes(hundredths: number): string {
  const seconds = Math.trunc(hundredths / 100);
  return `${Math.trunc(seconds / 60)}:${pad(seconds % 60)}`;
}

/** `[[days-]hh:]mm:ss` since the start. */
export function elapsed({ started }: Process, { uptime }: Surroundings): string {
  const seconds = Math.max(0, Math.trunc(uptime - started / 100));
  if (seconds >= 3600) return clockTime(seconds * 100);
  return hours(seconds).slice(3);
}

/** Within the same day the time, within the same year the day, else the year. */
export function startTime(process: Process, around: Surroundings): string {
  const [start, now] = [startOf(process, around), new Date(around.now * 1000)];
  if (start.getUTCFullYear() !== now.getUTCFullYear()) return String(start.getUTCFullYear());
  if (dateOf(start) !== dateOf(now)) return `${months[start.getUTCMonth()]}${pad(start.getUTCDate())}`;
  return `${pad(start.getUTCHours())}:${pad(start.getUTCMinutes())}`;
}

/** Within 24 hours the time, else the day. */
export function startDay(process: Process, around: Surroundings): string {
  const start = startOf(process, around);
  if (around.uptime - process.started / 100 < day) return start.toISOString().slice(11, 19);
  return `${months[start.getUTCMonth()]} ${pad(start.getUTCDate())}`;
}

export function longStart(process: Process, around: Surroundings): string {
  const start = startOf(process, around);
  const time = start.toISOString().slice(11, 19);
  const date = String(start.getUTCDate()).padStart(2);
  return `${weekdays[start.getUTCDay()]} ${months[start.getUTCMonth()]} ${date} ${time} ${start.getUTCFullYear()}`;
}

function startOf({ started }: Process, { now, uptime }: Surroundings): Date {
  return new Date((now - uptime + started / 100) * 1000);
}

function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function hours(seconds: number): string {
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(pad).join(':');
}

function pad(value: number): string {
  return String(Math.trunc(value)).padStart(2, '0');
}
