/** What Docker's client checks of single values before it asks the engine; each returns the value as it is sent. */
import { cut } from './kinds.ts';

export function validEnv(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid environment variable: ${text}`);
  return text;
}

export function validLabel(text: string): string {
  const [name] = cut(text, '=');
  if (name.trim() === '') throw new Error(`invalid label '${text}': empty name`);
  if (name !== name.trim()) throw new Error(`invalid label '${text}': name contains whitespaces`);
  return text;
}

/** `host:ip` and `host=ip` alike, sent as `host:ip`. */
export function validExtraHost(text: string): string {
  const [, name, address] = /^([^=:]*)[=:](.*)$/s.exec(text) ?? [];
  if (!name || address === undefined) throw new Error(`bad format for add-host: ${JSON.stringify(text)}`);
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  if (bare !== 'host-gateway' && !isAddress(bare)) {
    throw new Error(`invalid IP address in add-host: ${JSON.stringify(address)}`);
  }
  return `${name}:${bare}`;
}

export function validAddress(text: string): string {
  const address = text.trim();
  if (!isAddress(address)) throw new Error(`IP address is not correctly formatted: ${text}`);
  return address;
}

export function validDnsSearch(text: string): string {
  const domain = text.trim();
  if (domain === '.') return domain;
  if (!/^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*\.?$/.test(domain))
    throw new Error(`${text} is not a valid domain`);
  return domain;
}

const sysctls = new Set(
  'msgmax msgmnb msgmni sem shmall shmmax shmmni shm_rmid_forced'.split(' ').map((name) => `kernel.${name}`),
);

export function validSysctl(text: string): string {
  const [name, value] = cut(text, '=');
  const allowed = sysctls.has(name) || name.startsWith('net.') || name.startsWith('fs.mqueue.');
  if (value === undefined || !allowed) throw new Error(`sysctl '${text}' is not allowed`);
  return text;
}

export function validAttach(text: string): string {
  const stream = text.toLowerCase();
  if (stream !== 'stdin' && stream !== 'stdout' && stream !== 'stderr') {
    throw new Error('valid streams are STDIN, STDOUT and STDERR');
  }
  return stream;
}

function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
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
