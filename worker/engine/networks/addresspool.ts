import { addressNumber, addressText, parseSubnet, type Subnet } from './address.ts';
import { internal } from '../errors.ts';
import { randomMac } from './mac.ts';

/** The addresses of a network: gives the lowest that is free, as Docker does. */
export class AddressPool {
  readonly #subnet: Subnet;
  readonly #taken: Set<number>;
  readonly #macs = new Map<string, string>();

  constructor(subnet: string, gateway: string) {
    this.#subnet = parseSubnet(subnet);
    this.#taken = new Set([this.#subnet.first, addressNumber(gateway), this.#subnet.last]);
  }

  get prefix(): number {
    return this.#subnet.prefix;
  }

  take(): string {
    const { first, last } = this.#subnet;
    for (let address = first; address <= last; address += 1) {
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return addressText(address);
    }
    throw internal("no available IPv4 addresses on this network's address pools");
  }

  release(address: string): void {
    this.#taken.delete(addressNumber(address));
  }

  /**
   * The hardware address that goes with an address. It stays the same for whoever gets the address next: neighbours
   * remember the pair for a minute and would talk to nobody.
   */
  macOf(address: string): string {
    const mac = this.#macs.get(address) ?? randomMac();
    this.#macs.set(address, mac);
    return mac;
  }
}
