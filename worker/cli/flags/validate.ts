/** What Docker's client checks of single values before it asks the engine; each returns the value as it is sent. */
import { parseIp } from './ip.ts';
import { cut } from './kinds.ts';

export function validEnv(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid environment variable: ${text}`);
  return text;
}

/** White space before the name is let pass, and kept. */
export function validLabel(text: string): string {
  const name = cut(text, '=')[0].replace(/^[ \t]+/, '');
  if (name === '') throw new Error(`invalid label '${text}': empty name`);
  if (/[ \t]/.test(name)) throw new Error(`label '${name}' contains whitespaces`);
  return text;
}

/** `host:ip` and `host=ip` alike, sent as `host:ip`. */
export function validExtraHost(text: string): string {
  const [name, address] = text.includes('=') ? cut(text, '=') : cut(text, ':');
  if (name === '' || address === undefined || name.includes(':')) {
    throw new Error(`bad format for add-host: ${JSON.stringify(text)}`);
  }
  const bare = address.replace(/^\[(.+)\]$/, '$1');
  if (bare !== 'host-gateway' && parseIp(bare.trim()) === undefined) {
    throw new Error(`invalid IP address in add-host: ${JSON.stringify(bare)}`);
  }
  return `${name}:${bare}`;
}

export function validAddress(text: string): string {
  const address = parseIp(text.trim());
  if (address === undefined) throw new Error(`IP address is not correctly formatted: ${text}`);
  return address;
}

const domainLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domainForm = new RegExp(`^(${domainLabel}(?:\\.${domainLabel})*)\\.?\\s*$`);

/** Without the dot at its end. */
export function validDnsSearch(text: string): string {
  const domain = text.replace(/^ +| +$/g, '');
  if (domain === '.') return domain;
  const name = domainForm.exec(domain)?.[1];
  if (name === undefined || name.length >= 255 || !/[a-zA-Z]/.test(domain)) {
    throw new Error(`${domain} is not a valid domain`);
  }
  return name;
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

/** `container` or `container:alias`. */
export function validLink(text: string): string {
  if (text === '') throw new Error('empty string specified for links');
  if (text.split(':').length > 2) throw new Error(`bad format for links: ${text}`);
  return text;
}
