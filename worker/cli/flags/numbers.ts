/** Numbers as Go's strconv reads them, with its words for what it cannot read. */

export function readBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const integerForms: [form: RegExp, base: number][] = [
  [/^0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)$/, 16],
  [/^0[bB]_?([01]+(?:_[01]+)*)$/, 2],
  [/^0[oO]?_?([0-7]+(?:_[0-7]+)*)$/, 8],
  [/^(0|[1-9][0-9]*(?:_[0-9]+)*)$/, 10],
];

/** @throws Error when it is no integer, or one below `min` (0 reads as Go's ParseUint does). */
export function readInteger(text: string, min?: number): number {
  const name = min === 0 ? 'ParseUint' : 'ParseInt';
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const form = integerForms.find(([pattern]) => pattern.test(digits ?? ''));
  if (!form || (min === 0 && sign !== '')) throw numberError(name, text, 'invalid syntax');
  const plain = (form[0].exec(digits ?? '')?.[1] ?? '').replaceAll('_', '');
  const size = Number.parseInt(plain, form[1]);
  if (size >= 2 ** 63) throw numberError(name, text, 'value out of range');
  return sign === '-' ? -size : size;
}

export function numberError(name: string, text: string, why: string): Error {
  return new Error(`strconv.${name}: parsing ${JSON.stringify(text)}: ${why}`);
}
