import { invalid } from '../errors.ts';

/** `80/tcp` and the like of what EXPOSE says: ports and ranges with or without a protocol, and what a publishing says before them. */
export function exposedPorts(specs: readonly string[], buildKit = false): string[] {
  return specs.flatMap((spec) => {
    const [ports = '', ...protocols] = spec.slice(spec.lastIndexOf(':') + 1).split('/');
    const protocol = (protocols.join('/') || 'tcp').toLowerCase();
    if (ports === '') throw invalid(`no port specified: ${spec}<empty>`);
    if (!['tcp', 'udp', 'sctp'].includes(protocol))
      throw invalid(
        buildKit
          ? `invalid port: ${JSON.stringify(spec)}: invalid proto: ${protocol}`
          : `Invalid proto: ${protocol}`,
      );
    return range(ports, buildKit).map((port) => `${port}/${protocol}`);
  });
}

function range(text: string, buildKit: boolean): number[] {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === '' || end < start || end > 65_535)
    throw invalid(`${buildKit ? 'invalid' : 'Invalid'} containerPort: ${text}`);
  return Array.from({ length: end - start + 1 }, (_, i) => start + i);
}
