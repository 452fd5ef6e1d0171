/** Numbers as Go's strconv reads them, with its words for what it cannot read. */

export function readBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw numberError('ParseBool', text, 'invalid syntax');
}

export interface IntegerRange {
  /** 0 reads as Go's ParseUint does. */
  readonly min?: number;
  readonly max?: number;
}

const integerForms: [form: RegExp, base: number][] = [
  [/^0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)$/, 16],
  [/^0[bB]_?([01]+(?:_[01]+)*)$/, 2],
  [/^0[oO]?_?([0-7]+(?:_[0-7]+)*)$/, 8],
  [/^(0|[1-9][0-9]*(?:_[0-9]+)*)$/, 10],
];

/** In any of Go's notations. @throws Error when it is no integer or out of the range */
export function readInteger(text: string, { min, max = 2 ** 63 - 1 }: IntegerRange = {}): number {
  const name = min === 0 ? 'ParseUint' : 'ParseInt';
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const form = integerForms.find(([pattern]) => pattern.test(digits ?? ''));
  if (!form || (min === 0 && sign !== '')) throw numberError(name, text, 'invalid syntax');
  const plain = (form[0].exec(digits ?? '')?.[1] ?? '').replaceAll('_', '');
  return inRange(name, text, Number.parseInt(plain, form[1]), sign === '-', max);
}

/** In decimal notation alone. @throws Error */
export function readDecimal(text: string, { min, max = 2 ** 63 - 1 }: IntegerRange = {}): number {
  const name = min === 0 ? 'ParseUint' : 'ParseInt';
  const form = min === 0 ? /^()(\d+)$/ : /^([+-]?)(\d+)$/;
  const [, sign, digits] = form.exec(text) ?? [];
  if (digits === undefined) throw numberError(name, text, 'invalid syntax');
  return inRange(name, text, Number(digits), sign === '-', max);
}

function inRange(name: string, text: string, size: number, negative: boolean, max: number): number {
  if (size > max || size >= 2 ** 63) throw numberError(name, text, 'value out of range');
  return negative && size > 0 ? -size : size;
}

export function numberError(name: string, text: string, why: string): Error {
  return new Error(`strconv.${name}: parsing ${JSON.stringify(text)}: ${why}`);
}
