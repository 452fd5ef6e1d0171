/**
 * An assembler for classic BPF as seccomp takes it. A classic jump only goes forward, so a program is written from its
 * end to its beginning: what an instruction jumps to is there already, and its offset is known.
 */

/** An instruction that is already written: how many there are from it to the end, itself included. */
export type Label = number;

// <linux/bpf_common.h>
const LOAD_WORD_ABSOLUTE = 0x20;
const RETURN_CONSTANT = 0x06;
const JUMP_ALWAYS = 0x05;
const AND_CONSTANT = 0x54;
const CONDITIONS = { equal: 0x15, greater: 0x25, greaterOrEqual: 0x35, anyBit: 0x45 };

/** A conditional jump's offset is one byte. */
const FARTHEST = 255;

export class BpfProgram {
  /** The two words of each `struct sock_filter`: code and both jumps, then the operand. The last one is first. */
  private readonly codes: number[] = [];
  private readonly operands: number[] = [];
  private readonly returns = new Map<number, Label>();

  get length(): number {
    return this.codes.length;
  }

  /** Ends with a value; the same value is written once. */
  return(value: number): Label {
    const label = this.returns.get(value) ?? this.write(RETURN_CONSTANT, 0, 0, value);
    this.returns.set(value, label);
    return label;
  }

  /** Loads the 32 bits at an offset of the data and goes on at `next`. */
  load(offset: number, next: Label): Label {
    if (next !== this.length) this.jump(next);
    return this.write(LOAD_WORD_ABSOLUTE, 0, 0, offset);
  }

  /** Keeps only these bits of what was loaded and goes on at `next`. */
  mask(bits: number, next: Label): Label {
    if (next !== this.length) this.jump(next);
    return this.write(AND_CONSTANT, 0, 0, bits);
  }

  /** Compares what was loaded, as an unsigned number. */
  branch(condition: keyof typeof CONDITIONS, operand: number, yes: Label, no: Label): Label {
    // One less for `yes`, which the long jump to `no` may push away by one.
    const nearYes = this.within(FARTHEST - 1, yes);
    const nearNo = this.within(FARTHEST, no);
    return this.write(CONDITIONS[condition], this.length - nearYes, this.length - nearNo, operand);
  }

  /** An array of `struct sock_filter`, which begins at what was written last. */
  bytes(): Uint8Array {
    const { length } = this;
    const words = new Uint32Array(length * 2);
    for (let index = 0, at = 2 * length - 2; index < length; index++, at -= 2) {
      words[at] = this.codes[index]!;
      words[at + 1] = this.operands[index]!;
    }
    return new Uint8Array(words.buffer);
  }

  private within(reach: number, label: Label): Label {
    return this.length - label > reach ? this.jump(label) : label;
  }

  private jump(label: Label): Label {
    return this.write(JUMP_ALWAYS, 0, 0, this.length - label);
  }

  private write(code: number, jumpTrue: number, jumpFalse: number, operand: number): Label {
    this.operands.push(operand);
    return this.codes.push(code | (jumpTrue << 16) | (jumpFalse << 24));
  }
}
