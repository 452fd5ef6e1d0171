import { internal } from '../../errors.ts';
import type { PortRange } from './portspec.ts';

/** As in /proc/sys/net/ipv4/ip_local_port_range. */
const ephemeral: PortRange = { first: 32768, last: 60999 };

/**
 * Which of the machine's ports are taken. Where there is a choice it goes on from the last one, so that a port that was
 * just given back is not the next one's. https://github.com/moby/moby/blob/v28.5.2/libnetwork/portallocator/portallocator.go
 */
export class PortAllocator {
  /** Addresses by `protocol/port`. */
  readonly #taken = new Map<string, Set<string>>();
  readonly #last = new Map<string, number>();

  /** One port on all these addresses. */
  allocate(protocol: string, addresses: readonly string[], wanted: PortRange | undefined): number {
    const { first, last } = wanted ?? ephemeral;
    if (first === last) return this.#one(protocol, addresses, first);
    const key = `${protocol} ${first}-${last}`;
    const size = last - first + 1;
    const start = (this.#last.get(key) ?? last) + 1 - first;
    for (let i = 0; i < size; i += 1) {
      const port = first + ((start + i) % size);
      if (this.#holder(protocol, addresses, port) !== undefined) continue;
      this.#last.set(key, port);
      return this.#take(protocol, addresses, port);
    }
    throw internal('all ports are allocated');
  }

  release(protocol: string, addresses: readonly string[], port: number): void {
    const key = `${protocol}/${port}`;
    const taken = this.#taken.get(key);
    for (const address of addresses) taken?.delete(address);
    if (taken?.size === 0) this.#taken.delete(key);
  }

  #one(protocol: string, addresses: readonly string[], port: number): number {
    const holder = this.#holder(protocol, addresses, port);
    if (holder !== undefined) throw internal(`Bind for ${holder}:${port} failed: port is already allocated`);
    return this.#take(protocol, addresses, port);
  }

  #take(protocol: string, addresses: readonly string[], port: number): number {
    const key = `${protocol}/${port}`;
    this.#taken.set(key, new Set([...(this.#taken.get(key) ?? []), ...addresses]));
    return port;
  }

  /** The address that has it already. */
  #holder(protocol: string, addresses: readonly string[], port: number): string | undefined {
    const taken = [...(this.#taken.get(`${protocol}/${port}`) ?? [])];
    return taken.find((one) => addresses.some((other) => overlap(one, other)));
  }
}

function overlap(one: string, other: string): boolean {
  const [isV6, otherIsV6] = [one.includes(':'), other.includes(':')];
  if (isV6 !== otherIsV6) return false;
  const every = isV6 ? '::' : '0.0.0.0';
  return one === other || one === every || other === every;
}
