import type { PortMap } from '../../../protocol/engine-api.ts';
import { invalid } from '../../errors.ts';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Splits `80/tcp`; without a protocol it is TCP. */
export function splitPort(text: string): { port: string; protocol: string } {
  const [port = '', protocol] = text.split('/', 2);
  return { port, protocol: (protocol || 'tcp').toLowerCase() };
}

/** A port of the machine or a range of them; undefined when it is left open. Throws Docker's text for anything else. */
export function parseHostPort(text: string): PortRange | undefined {
  const { port } = splitPort(text);
  if (port === '') return undefined;
  const [first, last] = port.split('-', 2).map(parsePort);
  const range = { first, last: port.includes('-') ? last : first };
  if (range.first === undefined || range.last === undefined || range.last < range.first)
    throw invalid(`invalid port specification: ${JSON.stringify(text)}`);
  return { first: range.first, last: range.last };
}

/** https://github.com/moby/moby/blob/v28.5.2/daemon/container.go (validatePortBindings) */
export function validatePortBindings(bindings: PortMap): void {
  for (const [key, all] of Object.entries(bindings)) {
    const { port } = splitPort(key);
    if (parsePort(port) === undefined) throw invalid(`invalid port specification: ${JSON.stringify(port)}`);
    for (const { HostPort } of all ?? []) parseHostPort(HostPort ?? '');
  }
}

function parsePort(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined;
}
