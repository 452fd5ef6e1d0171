/** Bytes of a message, or of a field of one. https://protobuf.dev/programming-guides/encoding */
export type Bytes = Uint8Array;

const encoder = new TextEncoder();
const wire = { varint: 0, bytes: 2 } as const;

/** A number that is not negative. Left out when it is 0, as a field is that has its default. */
export function varintField(field: number, value: number): Bytes {
  return value === 0 ? new Uint8Array() : joined([varint(tag(field, wire.varint)), varint(value)]);
}

/** A text, bytes, or a message in a message. */
export function bytesField(field: number, value: string | Bytes): Bytes {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  return joined([varint(tag(field, wire.bytes)), varint(bytes.length), bytes]);
}

/** A text that is left out when it is empty. */
export function textField(field: number, value: string): Bytes {
  return value === '' ? new Uint8Array() : bytesField(field, value);
}

/** A message of these fields. */
export function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tag(field: number, type: number): number {
  return field * 8 + type;
}

/** Seven bits a byte, the lowest first. Numbers beyond 32 bits are not for JavaScript's shifts. */
function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return new Uint8Array([...bytes, rest]);
}
