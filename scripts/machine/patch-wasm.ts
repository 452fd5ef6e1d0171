import { createHash } from 'node:crypto';

/** The v86.wasm that the figures below were measured with; another one is left as it is. */
const measured = 'aa0d0e149d6b60063b85de4871e78505637ce92821e14a9f9802c4008ba2336e';

/** `i32.const 200000`: the instructions that a page of guest code must have run before v86 compiles it. */
const threshold = [0x41, 0xc0, 0x9a, 0x0c];
/** `i32.const 600000`. */
const raised = [0x41, 0xc0, 0xcf, 0x24];

/**
 * Raises v86's compile threshold, which is a constant in its WebAssembly: short-lived processes are then interpreted
 * instead of compiled for nothing (DESIGN.md section 2, ARCHITECTURE.md "Decisions"). Only the very file that was
 * measured is changed, and only where the constant is found exactly once.
 */
export function patchWasm(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(wasm);
  const digest = createHash('sha256').update(wasm).digest('hex');
  const places = placesOf(copy, threshold);
  if (digest !== measured || places.length !== 1) {
    console.warn(`machine: v86.wasm ${digest.slice(0, 12)} is not the one that was measured: left unpatched`);
    return copy;
  }
  copy.set(raised, places[0]);
  return copy;
}

function placesOf(bytes: Uint8Array, wanted: readonly number[]): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) places.push(at);
  }
  return places;
}
