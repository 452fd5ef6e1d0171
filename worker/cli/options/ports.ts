import type { PortBinding, PortMap } from '../../protocol/engine-api.ts';
import { parseIp } from '../flags/ip.ts';
import { cut } from '../flags/kinds.ts';
import { readDecimal } from '../flags/numbers.ts';

export type ExposedPorts = Record<string, object>;

/** What `--publish` and `--expose` ask for. @throws Error in Docker's words */
export function ports(
  publish: readonly string[],
  expose: readonly string[],
): { exposed: ExposedPorts; bindings: PortMap } {
  const bindings: Record<string, PortBinding[]> = {};
  for (const text of publish) {
    for (const { port, binding } of portMappings(standardNotation(text))) {
      (bindings[port] ??= []).push(binding);
    }
  }
  const names = [...Object.keys(bindings), ...expose.flatMap(exposedPorts)];
  return { exposed: Object.fromEntries(names.map((port) => [port, {}])), bindings };
}

interface Mapping {
  readonly port: string;
  readonly binding: PortBinding;
}

/** `target=80,published=8080,protocol=udp` is `8080:80/udp`. */
function standardNotation(text: string): string {
  if (!text.includes('=')) return text;
  const fields: Record<string, string> = { protocol: 'tcp' };
  for (const field of text.split(',')) {
    const [key, rest] = cut(field, '=');
    if (rest === undefined || key === '') {
      throw new Error(`invalid publish opts format (should be name=value but got '${field}')`);
    }
    fields[key] = rest;
  }
  return `${fields['published'] ?? ''}:${fields['target'] ?? ''}/${fields['protocol']}`;
}

/** Of `[ip:][host ports:]ports[/protocol]`. */
function portMappings(text: string): Mapping[] {
  const { ip, host, container } = splitParts(text);
  const [protocol, range] = splitProtocol(container);
  const address = hostAddress(ip);
  if (range === '') throw new Error(`No port specified: ${text}<empty>`);
  const inside = rangeOr(range, `Invalid containerPort: ${range}`);
  const outside = host === '' ? undefined : rangeOr(host, `Invalid hostPort: ${host}`);
  if (outside && inside.size !== outside.size && inside.size > 1) {
    throw new Error(`Invalid ranges specified for container and host Ports: ${range} and ${host}`);
  }
  const name = protocol.toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(name)) throw new Error(`Invalid proto: ${protocol}`);
  return Array.from({ length: inside.size }, (_, at) => ({
    port: `${inside.start + at}/${name}`,
    binding: { HostIp: address, HostPort: hostPort(outside, inside, at) },
  }));
}

/** A range of the host's for one port: the engine chooses. */
function hostPort(outside: PortRange | undefined, inside: PortRange, at: number): string {
  if (!outside) return '';
  const first = outside.start + at;
  return inside.size === 1 && outside.size > 1
    ? `${first}-${outside.start + outside.size - 1}`
    : String(first);
}

function splitParts(text: string): { ip: string; host: string; container: string } {
  const parts = text.split(':');
  return { container: parts.pop() ?? '', host: parts.pop() ?? '', ip: parts.join(':') };
}

/** An IPv6 address is in brackets. */
function hostAddress(ip: string): string {
  if (ip === '') return '';
  const bare = /^\[(.*)\]$/.exec(ip)?.[1];
  if (bare === undefined && ip.includes(':')) {
    throw new Error(`Invalid ip address ${ip}: address ${ip}:: too many colons in address`);
  }
  const address = bare ?? ip;
  if (parseIp(address) === undefined) throw new Error(`Invalid ip address: ${address}`);
  return address;
}

/** `80`, `80/udp`, `8000-8010/tcp`; any protocol. */
function exposedPorts(text: string): string[] {
  if (text.includes(':')) throw new Error(`invalid port format for --expose: ${text}`);
  const [protocol, range] = splitProtocol(text);
  try {
    const { start, size } = parseRange(range);
    return Array.from({ length: size }, (_, at) => `${start + at}/${protocol}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`invalid range format for --expose: ${text}, error: ${why}`, { cause: error });
  }
}

/** Without a port there is no protocol either. */
function splitProtocol(text: string): [protocol: string, range: string] {
  const [range, protocol] = cut(text, '/');
  return range === '' ? ['', ''] : [protocol || 'tcp', range];
}

interface PortRange {
  readonly start: number;
  readonly size: number;
}

function rangeOr(text: string, mistake: string): PortRange {
  try {
    return parseRange(text);
  } catch (error) {
    throw new Error(mistake, { cause: error });
  }
}

function parseRange(text: string): PortRange {
  if (text === '') throw new Error('Empty string specified for ports.');
  const [first = '', last = first] = text.split('-');
  const [start, end] = [portNumber(first), portNumber(last)];
  if (end < start) throw new Error(`Invalid range specified for the Port: ${text}`);
  return { start, size: end - start + 1 };
}

function portNumber(text: string): number {
  return readDecimal(text, { min: 0, max: 65535 });
}
