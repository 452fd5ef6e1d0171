import { addressNumber, addressText } from '../address.ts';

/** The bytes of an address, 4 or 16; undefined for what is none. */
export function addressBytes(text: string): number[] | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const number = addressNumber(text);
    return addressText(number) === text ? text.split('.').map(Number) : undefined;
  }
  const canonical = canonicalV6(text);
  return canonical === undefined
    ? undefined
    : groups(canonical).flatMap((group) => [group >> 8, group & 0xff]);
}

/** Docker's spelling of an address. */
export function canonicalAddress(text: string): string | undefined {
  return text.includes(':') ? canonicalV6(text) : addressBytes(text) && text;
}

function canonicalV6(text: string): string | undefined {
  if (!/^[0-9a-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** The eight numbers; a double colon stands for as many zeros as are missing. */
function groups(canonical: string): number[] {
  const [head = '', tail = ''] = canonical.split('::');
  const [before, after] = [parts(head), parts(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

function parts(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
