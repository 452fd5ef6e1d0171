import { significant } from './numbers.ts';

const decimal = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** `6.7MB`, as go-units' HumanSizeWithPrecision. */
export function humanSize(bytes: number, digits = 4): string {
  return scaled(bytes, 1000, decimal, digits);
}

/** `23.54GiB`, as go-units' BytesSize. */
export function bytesSize(bytes: number): string {
  return scaled(bytes, 1024, binary, 4);
}

function scaled(bytes: number, base: number, units: readonly string[], digits: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  return significant(size, digits) + (units[unit] ?? '');
}
