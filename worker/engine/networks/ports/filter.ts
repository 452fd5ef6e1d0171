import type { PortSummary } from '../../../protocol/engine-api.ts';
import { internal } from '../../errors.ts';
import { type PortRange, parseHostPort, splitPort } from './portspec.ts';

/** Whether a container has one of the ports, each `80`, `80/udp` or `80-90/tcp`. https://github.com/moby/moby/blob/v28.5.2/daemon/list.go (portOp) */
export function portFilter(
  key: 'publish' | 'expose',
  values: readonly string[],
): (ports: readonly PortSummary[]) => boolean {
  const wanted = values.map((value) => ({ ...rangeOf(key, value), protocol: splitPort(value).protocol }));
  return (ports) =>
    ports.some(({ PublicPort, PrivatePort, Type }) => {
      const port = key === 'publish' ? PublicPort : PrivatePort;
      if (port === undefined) return false;
      return wanted.some(({ first, last, protocol }) => protocol === Type && first <= port && port <= last);
    });
}

function rangeOf(key: string, value: string): PortRange {
  if (value.includes(':')) throw internal(`filter for '${key}' should not contain ':': ${value}`);
  try {
    const range = parseHostPort(value);
    if (range !== undefined) return range;
  } catch {
    // Said below.
  }
  throw internal(`error while looking up for ${key} ${value}: invalid port specification`);
}
