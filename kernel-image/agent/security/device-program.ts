/**
 * A container's device rules as an eBPF program for its cgroup (BPF_PROG_TYPE_CGROUP_DEVICE, attached as
 * BPF_CGROUP_DEVICE). cgroup v2 has no devices controller, so runc and crun do the same for the rules of cgroup v1.
 */

import type { DeviceRule } from '../../../worker/protocol/agent.ts';

type Instruction = [code: number, registers: number, offset: number, immediate: number];

// <linux/bpf.h>, each with its class; all of them work on 32 bits, which is what the machine has.
const LOAD_WORD = 0x61;
const MOVE = 0xb4;
const MOVE_REGISTER = 0xbc;
const AND = 0x54;
const SHIFT_RIGHT = 0x74;
const JUMP_ALWAYS = 0x05;
const JUMP_UNEQUAL = 0x56;
const JUMP_ANY_BIT = 0x46;
const EXIT = 0x95;

const RESULT = 0;
const CONTEXT = 1;
const TYPE = 2;
/** The accesses asked for that no rule has allowed yet. */
const ACCESS = 3;
const MAJOR = 4;
const MINOR = 5;

const TYPES = { b: 1, c: 2 };
const ACCESSES: Record<string, number> = { m: 1, r: 2, w: 4 };
const ALL_ACCESSES = 7;

/** Reads `struct bpf_cgroup_dev_ctx`: type in the lower and access in the upper half of a word, then major and minor. */
const PROLOGUE: readonly Instruction[] = [
  [LOAD_WORD, TYPE | (CONTEXT << 4), 0, 0],
  [MOVE_REGISTER, ACCESS | (TYPE << 4), 0, 0],
  [AND, TYPE, 0, 0xffff],
  [SHIFT_RIGHT, ACCESS, 0, 16],
  [LOAD_WORD, MAJOR | (CONTEXT << 4), 4, 0],
  [LOAD_WORD, MINOR | (CONTEXT << 4), 8, 0],
  [MOVE, RESULT, 0, 0],
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
 * in libcontainer/specconv/spec_linux.go): make any node, use these. Rules of `--device` go behind them.
 */
export const defaultDeviceRules: readonly DeviceRule[] = [
  { allow: false, type: 'a', access: 'rwm' },
  allow('c', 'm'),
  allow('b', 'm'),
  allow('c', 'rwm', 10, 200), // net/tun
  allow('c', 'rwm', 5, 1), // console
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
  const everything = rules.findLastIndex((rule) => rule.type === 'a');
  const specific = rules.slice(everything + 1).toReversed();
  const byDefault = everything >= 0 && rules[everything]!.allow;
  const program = [...PROLOGUE, ...specific.flatMap(block), ...verdict(byDefault)];
  return encode(program);
}

/** What decides at once, or goes on behind itself. */
function block(rule: DeviceRule): Instruction[] {
  const accesses = rule.access.split('').reduce((bits, letter) => bits | (ACCESSES[letter] ?? 0), 0);
  if (accesses === 0 || rule.type === 'a') return [];
  const action = rule.allow ? allowing(accesses) : denying(accesses);
  const conditions: [register: number, value: number | undefined][] = [
    [TYPE, TYPES[rule.type]],
    [MAJOR, rule.major],
    [MINOR, rule.minor],
  ];
  const tests = conditions.filter(([, value]) => value !== undefined);
  return [
    ...tests.map(([register, value], index): Instruction => {
      return [JUMP_UNEQUAL, register, tests.length - index - 1 + action.length, value!];
    }),
    ...action,
  ];
}

function allowing(accesses: number): Instruction[] {
  if (accesses === ALL_ACCESSES) return verdict(true);
  return [[AND, ACCESS, 0, ALL_ACCESSES & ~accesses], [JUMP_UNEQUAL, ACCESS, 2, 0], ...verdict(true)];
}

function denying(accesses: number): Instruction[] {
  if (accesses === ALL_ACCESSES) return verdict(false);
  return [[JUMP_ANY_BIT, ACCESS, 1, accesses], [JUMP_ALWAYS, 0, 1, 0], ...verdict(false)];
}

/** The result is 0 from the beginning. */
function verdict(allowed: boolean): Instruction[] {
  const exit: Instruction = [EXIT, 0, 0, 0];
  return allowed ? [[MOVE, RESULT, 0, 1], exit] : [exit];
}

function encode(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, registers, offset, immediate], index) => {
    view.setUint8(index * 8, code);
    view.setUint8(index * 8 + 1, registers);
    view.setInt16(index * 8 + 2, offset, true);
    view.setInt32(index * 8 + 4, immediate, true);
  });
  return new Uint8Array(view.buffer);
}
