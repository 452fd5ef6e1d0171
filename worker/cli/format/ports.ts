import type { ContainerSummary } from '../../protocol/engine-api.ts';

type Port = ContainerSummary['Ports'][number];

/** `0.0.0.0:8080->80/tcp, 443/tcp`: in order, with neighbouring ports as ranges. */
export function showPorts(ports: readonly Port[]): string {
  const groups: Port[][] = [];
  for (const port of [...ports].sort(compare)) {
    const group = groups.at(-1);
    if (group && follows(group.at(-1), port)) group.push(port);
    else groups.push([port]);
  }
  return groups.map(showGroup).join(', ');
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

function follows(last: Port | undefined, next: Port): boolean {
  if (!last || last.Type !== next.Type || (last.IP ?? '') !== (next.IP ?? '')) return false;
  if (next.PrivatePort !== last.PrivatePort + 1) return false;
  return last.PublicPort === undefined
    ? next.PublicPort === undefined
    : next.PublicPort === last.PublicPort + 1;
}

function showGroup(group: readonly Port[]): string {
  const [first] = group;
  if (!first) return '';
  const inside = `${range(group.map((port) => port.PrivatePort))}/${first.Type}`;
  if (first.PublicPort === undefined) return inside;
  const ip = first.IP ?? '';
  const address = ip.includes(':') ? `[${ip}]` : ip;
  return `${address}:${range(group.map((port) => port.PublicPort ?? 0))}->${inside}`;
}

function range(ports: readonly number[]): string {
  const [first, last] = [ports[0], ports.at(-1)];
  return first === last ? String(first) : `${first}-${last}`;
}
