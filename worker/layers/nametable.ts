import type { Arena } from './columns.ts';

/** Where the names of nodes lie, by node. */
export type Names = {
  readonly parent: Uint32Array;
  readonly nameStart: Uint32Array;
  readonly nameLength: Uint8Array;
};

/**
 * A hash table from (directory, name) to node, of 32-bit slots with linear probing; a slot holds the node and one, 0 is
 * empty. The seed is random, so that nobody can choose names that all fall into one place.
 */
export interface NameTable {
  readonly slots: Uint32Array;
  readonly seed: number;
}

/** An empty table with room for `nodes`. */
export function nameTable(nodes: number): NameTable {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, nodes * 2)));
  return { slots: new Uint32Array(size), seed: Math.floor(Math.random() * 2 ** 32) };
}

/**
 * The slot of a name, or the free one where it belongs. `names` and `arena` are those of the nodes in the table,
 * `name` the bytes looked for.
 */
export function findSlot(
  table: NameTable,
  names: Names,
  arena: Uint8Array,
  dir: number,
  name: Uint8Array,
): number {
  const mask = table.slots.length - 1;
  let at = hash(table.seed, dir, name) & mask;
  for (let slot = table.slots[at]; slot; slot = table.slots[at]) {
    if (isNamed(names, arena, slot - 1, dir, name)) return at;
    at = (at + 1) & mask;
  }
  return at;
}

/** Puts all nodes into a new, larger table. Of two with the same name the later one stays. */
export function rebuilt(names: Names, arena: Arena, nodes: number): NameTable {
  const table = nameTable(nodes * 2);
  for (let node = 1; node < nodes; node++) {
    const start = names.nameStart[node] ?? 0;
    const name = arena.bytes.subarray(start, start + (names.nameLength[node] ?? 0));
    table.slots[findSlot(table, names, arena.bytes, names.parent[node] ?? 0, name)] = node + 1;
  }
  return table;
}

function isNamed(names: Names, arena: Uint8Array, node: number, dir: number, name: Uint8Array): boolean {
  if (names.parent[node] !== dir || names.nameLength[node] !== name.length) return false;
  const start = names.nameStart[node] ?? 0;
  for (let i = 0; i < name.length; i++) if (arena[start + i] !== name[i]) return false;
  return true;
}

/** FNV-1a with a seed, and murmur3's last step to spread the bits. */
function hash(seed: number, dir: number, name: Uint8Array): number {
  let h = seed ^ Math.imul(dir, 0x9e3779b1);
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ (name[i] ?? 0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
