/** The kernel's part of a filter, for tests. */

export const I386 = 0x40000003;

export interface Call {
  architecture: number;
  number: number;
  arguments: number[];
}

/** struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits. */
export function seccompData(call: Call): Uint32Array {
  const halves = call.arguments.flatMap((argument) => [argument, 0]);
  return Uint32Array.of(call.number, call.architecture, 0xdeadbeef, 0, ...halves);
}

/** Runs a filter as the kernel does: its result, and how many instructions that took. */
export function run(filter: Uint8Array, data: Uint32Array): { result: number; steps: number } {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  let accumulator = 0;
  let counter = 0;
  for (let steps = 1; ; steps++) {
    if (counter * 8 >= filter.length) throw new Error('ran off the end');
    const code = program.getUint16(counter * 8, true);
    const constant = program.getUint32(counter * 8 + 4, true);
    const jump = (taken: boolean): number => program.getUint8(counter * 8 + (taken ? 2 : 3));
    if (code === 0x20) {
      if (constant % 4 !== 0 || constant >= 64) throw new Error(`bad load at ${counter}`);
      accumulator = data[constant / 4] ?? 0;
    } else if (code === 0x06) return { result: constant, steps };
    else if (code === 0x05) counter += constant;
    else if (code === 0x15) counter += jump(accumulator === constant);
    else if (code === 0x25) counter += jump(accumulator > constant);
    else if (code === 0x54) accumulator = (accumulator & constant) >>> 0;
    else if (code === 0x35) counter += jump(accumulator >= constant);
    else if (code === 0x45) counter += jump((accumulator & constant) !== 0);
    else throw new Error(`unknown instruction ${code.toString(16)}`);
    counter++;
  }
}

export function verdict(filter: Uint8Array, call: Call): number {
  return run(filter, seccompData(call)).result;
}
