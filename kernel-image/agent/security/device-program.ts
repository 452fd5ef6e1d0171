/**
 * A container's device rules as an eBPF program for its cgroup (BPF_PROG_TYPE_CGROUP_DEVICE, attached as
 * BPF_CGROUP_DEVICE). cgroup v2 has no devices controller, so runc and crun do the same for the rules of cgroup v1.
 *
 * Loading makes the kernel follow every way through the program, and what it already knows of a register's value slows it
 * down: tried rule by rule, Docker's rules took some 100 ms in the guest. So the program is a tree that asks each thing
 * once: the type, then the major number, then the minor one.
 */

import type { DeviceRule } from '../../../worker/protocol/agent.ts';

/** An instruction that is already written: how many there are from it to the end, itself included. */
type Label = number;

// <linux/bpf.h>, each with its class; they work on 32 bits, which is what the machine has.
const LOAD_WORD = 0x61;
const MOVE = 0xb4;
const MOVE_REGISTER = 0xbc;
const AND = 0x54;
const SHIFT_RIGHT = 0x74;
const JUMP_ALWAYS = 0x05;
const JUMP_EQUAL = 0x16;
const JUMP_ANY_BIT = 0x46;
const EXIT = 0x95;

const RESULT = 0;
const CONTEXT = 1;
const TYPE = 2;
const ACCESS = 3;
const MAJOR = 4;
const MINOR = 5;

const TYPES = { a: undefined, b: 1, c: 2 };
const ACCESSES: Record<string, number> = { m: 1, r: 2, w: 4 };
const NO_ACCESS = 0;
const ALL_ACCESSES = 7;

/** What the tree asks, in turn; a rule that does not say is for any. */
const QUESTIONS: readonly { register: number; answer: (rule: DeviceRule) => number | undefined }[] = [
  { register: TYPE, answer: (rule) => TYPES[rule.type] },
  { register: MAJOR, answer: (rule) => rule.major },
  { register: MINOR, answer: (rule) => rule.minor },
];

/** Reads `struct bpf_cgroup_dev_ctx`: type in the lower and access in the upper half of a word, then major and minor. */
const PROLOGUE: readonly [code: number, registers: number, offset: number, immediate: number][] = [
  [LOAD_WORD, TYPE | (CONTEXT << 4), 0, 0],
  [MOVE_REGISTER, ACCESS | (TYPE << 4), 0, 0],
  [AND, TYPE, 0, 0xffff],
  [SHIFT_RIGHT, ACCESS, 0, 16],
  [LOAD_WORD, MAJOR | (CONTEXT << 4), 4, 0],
  [LOAD_WORD, MINOR | (CONTEXT << 4), 8, 0],
  [MOVE, RESULT, 0, NO_ACCESS],
];

const allow = (type: 'b' | 'c', access: string, major?: number, minor?: number): DeviceRule => ({
  allow: true,
  type,
  ...(major !== undefined && { major }),
  ...(minor !== undefined && { minor }),
  access,
});

/**
 * What a container may do with devices when nothing was added (moby v28.5.2, oci/defaults.go, and what runc v1.3.3 adds
 * in libcontainer/specconv/spec_linux.go): make any node, use these. Rules of `--device` go behind them. Docker's list has
 * the console (5:1) too; here it is the line on which the worker hears of the kernel's panic, and a container could say
 * that word. A container's own /dev/console is its terminal.
 */
export const defaultDeviceRules: readonly DeviceRule[] = [
  { allow: false, type: 'a', access: 'rwm' },
  allow('c', 'm'),
  allow('b', 'm'),
  allow('c', 'rwm', 10, 200), // net/tun
  allow('c', 'rwm', 5, 2), // ptmx
  allow('c', 'rwm', 1, 7), // full
  allow('c', 'rwm', 1, 8), // random
  allow('c', 'rwm', 1, 9), // urandom
  allow('c', 'rwm', 1, 5), // zero
  allow('c', 'rwm', 136), // pts/*
  allow('c', 'rwm', 5, 0), // tty
  allow('c', 'rwm', 1, 3), // null
];

/** `--privileged`. */
export const allDeviceRules: readonly DeviceRule[] = [{ allow: true, type: 'a', access: 'rwm' }];

/**
 * An array of `struct bpf_insn`. For each access that is asked for the last rule that matches decides, and without one it
 * is refused; all of them must be allowed. As in cgroup v1 a rule of type `a` stands for every device and every access.
 */
export function deviceProgram(rules: readonly DeviceRule[]): Uint8Array {
  const program = new DeviceProgram();
  const everything = rules.findLastIndex((rule) => rule.type === 'a');
  const byDefault = rules[everything]?.allow ? ALL_ACCESSES : NO_ACCESS;
  program.begin(program.decide(rules.slice(everything + 1), byDefault, 0));
  return program.bytes();
}

/** Written from its end to its beginning, so that what is jumped to is there already. */
class DeviceProgram {
  /** The two words of each `struct bpf_insn`: code, registers and offset, then the operand. The last word is first. */
  private readonly words: number[] = [];
  private readonly leaves = new Map<number, Label>();

  /** Decides by the questions from `asked` on. */
  decide(rules: readonly DeviceRule[], byDefault: number, asked: number): Label {
    const question = QUESTIONS[asked];
    if (!question) return this.leaf(allowedAccesses(rules, byDefault));
    const matching = (value: number | undefined): DeviceRule[] =>
      rules.filter((rule) => [undefined, value].includes(question.answer(rule)));
    const otherwise = this.decide(matching(undefined), byDefault, asked + 1);
    const ways = [...new Set(rules.map(question.answer))]
      .filter((value) => value !== undefined)
      .map((value) => ({ value, label: this.decide(matching(value), byDefault, asked + 1) }))
      .filter(({ label }) => label !== otherwise);
    if (ways.length === 0) return otherwise;
    this.goTo(otherwise);
    for (const { value, label } of ways) this.jump(JUMP_EQUAL, question.register, value, label);
    return this.length;
  }

  /** Everything is loaded before the first question. */
  begin(first: Label): void {
    this.goTo(first);
    for (const instruction of PROLOGUE.toReversed()) this.write(...instruction);
  }

  bytes(): Uint8Array {
    return new Uint8Array(Uint32Array.from(this.words.toReversed()).buffer);
  }

  private get length(): Label {
    return this.words.length / 2;
  }

  /** Ends: are the accesses asked for among the allowed ones? */
  private leaf(allowed: number): Label {
    const label = this.leaves.get(allowed) ?? this.writeLeaf(allowed);
    this.leaves.set(allowed, label);
    return label;
  }

  /** The result is NO_ACCESS from the beginning. */
  private writeLeaf(allowed: number): Label {
    if (allowed === NO_ACCESS) return this.write(EXIT, 0, 0, 0);
    // The verifier accepts no instruction that nothing leads to: this leaf is only there when it is needed.
    const refused = allowed === ALL_ACCESSES ? undefined : this.leaf(NO_ACCESS);
    this.write(EXIT, 0, 0, 0);
    const label = this.write(MOVE, RESULT, 0, 1);
    if (refused === undefined) return label;
    return this.jump(JUMP_ANY_BIT, ACCESS, ALL_ACCESSES & ~allowed, refused);
  }

  private goTo(label: Label): void {
    if (label !== this.length) this.jump(JUMP_ALWAYS, 0, 0, label);
  }

  private jump(code: number, register: number, operand: number, label: Label): Label {
    return this.write(code, register, this.length - label, operand);
  }

  private write(code: number, registers: number, offset: number, immediate: number): Label {
    return this.words.push(immediate, code | (registers << 8) | (offset << 16)) / 2;
  }
}

function allowedAccesses(rules: readonly DeviceRule[], byDefault: number): number {
  return rules.reduce((allowed, rule) => {
    const accesses = rule.access.split('').reduce((bits, letter) => bits | (ACCESSES[letter] ?? 0), 0);
    return rule.allow ? allowed | accesses : allowed & ~accesses;
  }, byDefault);
}
