import { StatusError } from './errors.ts';

/** An address as a number, and how many bits it has; undefined when it is none. */
function parseAddress(text: string): { value: bigint; bits: number } | undefined {
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const parts = text.split('.').map(Number);
    if (parts.some((part) => part > 255)) return undefined;
    return { value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n), bits: 32 };
  }
  const [left = '', right, ...more] = text.split('::');
  if (!text.includes(':') || more.length > 0) return undefined;
  const [before, after] = [left, right ?? ''].map((half) => (half === '' ? [] : half.split(':')));
  const zeros = 8 - (before?.length ?? 0) - (after?.length ?? 0);
  if (right === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...(before ?? []), ...Array<string>(Math.max(zeros, 0)).fill('0'), ...(after ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n), bits: 128 };
}

/** An address and the length of its network's prefix. @throws Error in Go's words */
function parseSubnet(text: string): { value: bigint; bits: number; prefix: number } {
  const [address = '', length = ''] = text.split('/');
  const parsed = parseAddress(address);
  const prefix = /^\d+$/.test(length) ? Number(length) : -1;
  if (!parsed || prefix < 0 || prefix > parsed.bits || text.split('/').length !== 2)
    throw new Error(`invalid CIDR address: ${text}`);
  return { ...parsed, prefix };
}

/** Whether a subnet holds an address or another subnet's first. @throws StatusError */
export function holds(subnet: string, other: string): boolean {
  const outer = checked(subnet, 'invalid subnet: ');
  const inner = other.includes('/') ? checked(other, '') : parseAddress(other);
  if (!inner || inner.bits !== outer.bits) return false;
  const rest = BigInt(outer.bits - outer.prefix);
  return outer.value >> rest === inner.value >> rest;
}

function checked(text: string, before: string): ReturnType<typeof parseSubnet> {
  try {
    return parseSubnet(text);
  } catch (error) {
    throw new StatusError(1, before + (error instanceof Error ? error.message : String(error)));
  }
}
