const minute = 60;
const hour = 60 * minute;

/** `About a minute`, as go-units' HumanDuration. */
export function humanDuration(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole < minute) return `${whole} seconds`;
  const minutes = Math.trunc(seconds / minute);
  if (minutes === 1) return 'About a minute';
  return minutes < 60 ? `${minutes} minutes` : fromHours(Math.trunc(seconds / hour + 0.5), seconds);
}

function fromHours(hours: number, seconds: number): string {
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(seconds / hour / 24 / 365)} years`;
}

/** `2 minutes ago`, of a time in seconds since 1970. */
export function ago(time: number, now = Date.now() / 1000): string {
  return `${humanDuration(now - time)} ago`;
}
