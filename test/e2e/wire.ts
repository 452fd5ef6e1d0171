/** Values as text between a test and the page it drives, with what JSON lacks: typed arrays, maps, sets, nothing. */

const arrays = { Uint8Array, Uint16Array, Uint32Array, Float64Array };

type Tagged = { readonly $: string; readonly of: unknown };

export function encode(value: unknown): string {
  return JSON.stringify(tagged(value));
}

export function decode(text: string): unknown {
  return untagged(JSON.parse(text));
}

function tagged(value: unknown): unknown {
  if (value === undefined) return tag('undefined', 0);
  if (value instanceof Map) return tag('Map', [...value].map(tagged));
  if (value instanceof Set) return tag('Set', [...value].map(tagged));
  if (ArrayBuffer.isView(value)) {
    const name = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name;
    return tag(name, [...(value as Uint8Array)]);
  }
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, tagged(member)]));
}

function tag(name: string, of: unknown): Tagged {
  return { $: name, of };
}

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  if ('$' in value) return restored(value as Tagged);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, untagged(member)]));
}

function restored({ $: name, of }: Tagged): unknown {
  if (name === 'undefined') return undefined;
  const members = (of as unknown[]).map(untagged);
  if (name === 'Map') return new Map(members as [unknown, unknown][]);
  if (name === 'Set') return new Set(members);
  return arrays[name as keyof typeof arrays].from(members as number[]);
}
