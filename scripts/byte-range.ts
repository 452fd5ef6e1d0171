export interface ByteRange {
  start: number;
  /** Inclusive, as on the wire. */
  end: number;
}

/**
 * One range of a Range header (https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2). Undefined for what a server may
 * ignore: other units, nonsense, several ranges.
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  return start <= end ? { start, end } : 'unsatisfiable';
}
