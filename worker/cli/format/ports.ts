import type { ContainerSummary } from '../../protocol/engine-api.ts';

type Port = ContainerSummary['Ports'][number];

interface Group {
  readonly key: string;
  readonly first: number;
  last: number;
}

/** `443-444/tcp, 0.0.0.0:8080->80/tcp`: ports that keep their number in ranges, then those that are mapped to another. */
export function showPorts(ports: readonly Port[]): string {
  const closed: Group[] = [];
  const open = new Map<string, Group>();
  const mapped: string[] = [];
  for (const port of [...ports].sort(compare)) {
    if (isMapped(port)) mapped.push(`${address(port)}:${port.PublicPort}->${port.PrivatePort}/${port.Type}`);
    else extend(open, closed, port);
  }
  return [...[...closed, ...open.values()].map(showGroup), ...mapped].join(', ');
}

function isMapped({ IP, PublicPort, PrivatePort }: Port): boolean {
  return IP !== undefined && IP !== '' && PublicPort !== PrivatePort;
}

function extend(open: Map<string, Group>, closed: Group[], port: Port): void {
  const key = port.IP ? `${port.IP}/${port.Type}` : port.Type;
  const group = open.get(key);
  if (group && port.PrivatePort === group.last + 1) {
    group.last = port.PrivatePort;
    return;
  }
  if (group) closed.push(group);
  open.set(key, { key, first: port.PrivatePort, last: port.PrivatePort });
}

function compare(a: Port, b: Port): number {
  return (
    a.PrivatePort - b.PrivatePort ||
    order(a.IP ?? '', b.IP ?? '') ||
    (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
    order(a.Type, b.Type)
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function showGroup({ key, first, last }: Group): string {
  const range = first === last ? String(first) : `${first}-${last}`;
  const [type = '', ip] = key.split('/').reverse();
  return ip === undefined ? `${range}/${type}` : `${bracketed(ip)}:${range}->${range}/${type}`;
}

function address({ IP = '' }: Port): string {
  return bracketed(IP);
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
