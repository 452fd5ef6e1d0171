import { V86 } from 'v86';

const running: V86[] = [];
// oxlint-disable-next-line typescript/unbound-method -- it is called on the machine it was called on
const { run } = V86.prototype;

// The machine keeps its emulator to itself; here every one that is run is noted.
V86.prototype.run = function (this: V86): Promise<void> {
  running.push(this);
  return run.call(this);
};

/** Instructions that the machine started last has executed, modulo 2^32. */
function counter(): number {
  return running.at(-1)?.get_instruction_counter() ?? Number.NaN;
}

/** @returns what counts the millions of instructions from now on */
export function countInstructions(): () => number {
  const before = counter();
  return () => ((counter() - before) >>> 0) / 1e6;
}
