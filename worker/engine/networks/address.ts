/** An IPv4 address as a number of 32 bits, so that addresses can be counted. */
export function addressNumber(text: string): number {
  return text.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
}

export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}

/** A network's addresses: the first one is the network's own, the last one everybody's. */
export interface Subnet {
  readonly first: number;
  readonly last: number;
  /** Bits that all addresses have in common. */
  readonly prefix: number;
}

/** Parses `172.17.0.0/16`. */
export function parseSubnet(text: string): Subnet {
  const [address = '', prefix = ''] = text.split('/');
  const first = addressNumber(address);
  return { first, last: first + 2 ** (32 - Number(prefix)) - 1, prefix: Number(prefix) };
}
