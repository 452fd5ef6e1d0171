/** An address in its canonical form, as Go's net.ParseIP and IP.String; undefined when it is none. */
export function parseIp(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return undefined;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  return mappedIPv4(canonical) ?? canonical;
}

function isIPv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

function isIPv6(text: string): boolean {
  const [left = '', right, ...more] = text.split('::');
  if (more.length > 0 || !text.includes(':')) return false;
  const groups = [...groupsOf(left), ...groupsOf(right ?? '')];
  const count = groups.reduce((sum, group) => sum + (isIPv4(group) ? 2 : 1), 0);
  const last = groups.length - 1;
  const sound = groups.every(
    (group, at) => /^[0-9a-fA-F]{1,4}$/.test(group) || (at === last && isIPv4(group)),
  );
  return sound && (right === undefined ? count === 8 : count < 8);
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

/** `::ffff:102:304` is the IPv4 address 1.2.3.4. */
function mappedIPv4(address: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join('.');
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
