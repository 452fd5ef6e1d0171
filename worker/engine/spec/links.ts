import type { LiveLink } from '../containers/links.ts';

interface Port {
  readonly number: number;
  readonly type: string;
}

/** A container's variables about those it is linked to. https://github.com/moby/moby/blob/v28.5.2/daemon/links/links.go */
export function linkEnv(parent: string, links: readonly LiveLink[]): string[] {
  return links.flatMap((link) => variablesOf(parent, link));
}

function variablesOf(parent: string, { alias, target, address }: LiveLink): string[] {
  const prefix = alias.toUpperCase().replaceAll('-', '_');
  const ports = Object.keys(target.config.ExposedPorts ?? {})
    .map(parsePort)
    .sort(byPort);
  const [first] = ports;
  const own = (target.config.Env ?? []).filter(
    (entry) => entry.includes('=') && !/^(HOME|PATH)=/.test(entry),
  );
  return [
    ...(first === undefined ? [] : [`${prefix}_PORT=${url(first, address)}`]),
    ...rangesOf(ports).flatMap((range) => rangeVariables(prefix, range, address)),
    `${prefix}_NAME=/${parent}/${alias}`,
    ...own.map((entry) => `${prefix}_ENV_${entry}`),
  ];
}

/** Ports in a row are a range, of which the variables say the beginning and the end. */
function rangesOf(ports: readonly Port[]): Port[][] {
  const ranges: Port[][] = [];
  for (const port of ports) {
    const last = ranges.at(-1);
    const before = last?.at(-1);
    if (before !== undefined && before.number + 1 === port.number && before.type === port.type)
      last?.push(port);
    else ranges.push([port]);
  }
  return ranges;
}

function rangeVariables(prefix: string, range: readonly Port[], address: string): string[] {
  const each = range.flatMap((port) => portVariables(prefix, port, address));
  const [first, last] = [range[0], range.at(-1)];
  if (first === undefined || last === undefined || first === last) return each;
  const name = variable(prefix, first);
  return [
    ...each,
    `${name}_START=${url(first, address)}`,
    `${name}_PORT_START=${first.number}`,
    `${name}_END=${url(last, address)}`,
    `${name}_PORT_END=${last.number}`,
  ];
}

function portVariables(prefix: string, port: Port, address: string): string[] {
  const name = variable(prefix, port);
  return [
    `${name}=${url(port, address)}`,
    `${name}_ADDR=${address}`,
    `${name}_PORT=${port.number}`,
    `${name}_PROTO=${port.type}`,
  ];
}

function variable(prefix: string, { number, type }: Port): string {
  return `${prefix}_PORT_${number}_${type.toUpperCase()}`;
}

function url({ number, type }: Port, address: string): string {
  return `${type}://${address}:${number}`;
}

function parsePort(text: string): Port {
  const [number = '', type = 'tcp'] = text.split('/');
  return { number: Number(number), type };
}

/** TCP comes first. */
function byPort(a: Port, b: Port): number {
  const rank = ({ type }: Port): string => (type === 'tcp' ? '' : type);
  return a.type === b.type ? a.number - b.number : rank(a) < rank(b) ? -1 : 1;
}

/** Lines of /etc/hosts: the alias, the host name and the name of each. */
export function linkHosts(links: readonly LiveLink[]): string[] {
  return links.map(({ alias, target, address }) => {
    const names = [alias, target.config.Hostname, ...(target.name === alias ? [] : [target.name])];
    return `${address}\t${names.join(' ')}`;
  });
}
