import { StatusError } from './errors.ts';
import { holds } from './subnet.ts';

interface Pool {
  readonly Subnet: string;
  IPRange?: string;
  Gateway?: string;
  readonly AuxiliaryAddresses: Record<string, string>;
}

/** What the flags of `docker network create` say of addresses. */
export interface AddressFlags {
  readonly driver: string;
  readonly subnets: readonly string[];
  readonly ranges: readonly string[];
  readonly gateways: readonly string[];
  readonly auxiliary: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** Each range, gateway and address goes to the subnet that holds it. @throws StatusError when none does, or another has */
export function ipamConfig(flags: AddressFlags): object {
  const { driver, subnets, ranges, gateways, auxiliary, options } = flags;
  if (subnets.length < ranges.length || subnets.length < gateways.length)
    throw new StatusError(1, 'every ip-range or gateway must have a corresponding subnet');
  const pools = subnets.map((Subnet): Pool => ({ Subnet, AuxiliaryAddresses: {} }));
  refuseOverlaps(subnets);
  for (const range of ranges) giveRange(pools, range);
  for (const gateway of gateways) giveGateway(pools, gateway);
  for (const [name, address] of Object.entries(auxiliary))
    poolsFor(pools, address, 'aux-address').forEach((pool) => (pool.AuxiliaryAddresses[name] = address));
  return { Driver: driver, Config: pools, Options: { ...options } };
}

function refuseOverlaps(subnets: readonly string[]): void {
  subnets.forEach((subnet, at) => {
    for (const other of subnets.slice(0, at)) {
      if (holds(subnet, other) || holds(other, subnet))
        throw new StatusError(1, 'multiple overlapping subnet configuration is not supported');
    }
  });
}

function giveRange(pools: readonly Pool[], range: string): void {
  for (const pool of poolsFor(pools, range, 'range')) {
    const { IPRange: before, Subnet } = pool;
    if (before !== undefined) {
      const both = `multiple ranges (${range}, ${before})`;
      throw new StatusError(1, `cannot configure ${both} on the same subnet (${Subnet})`);
    }
    pool.IPRange = range;
  }
}

function giveGateway(pools: readonly Pool[], gateway: string): void {
  for (const pool of poolsFor(pools, gateway, 'gateway')) {
    const { Gateway: before, Subnet } = pool;
    if (before !== undefined) {
      const both = `multiple gateways (${gateway}, ${before})`;
      throw new StatusError(1, `cannot configure ${both} for the same subnet (${Subnet})`);
    }
    pool.Gateway = gateway;
  }
}

function poolsFor(pools: readonly Pool[], address: string, what: string): Pool[] {
  const found = pools.filter(({ Subnet }) => holds(Subnet, address));
  if (found.length === 0) throw new StatusError(1, `no matching subnet for ${what} ${address}`);
  return found;
}
