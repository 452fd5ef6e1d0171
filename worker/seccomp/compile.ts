/**
 * A profile of a user's own as a filter: what moby makes of the conditions, and then what runc and libseccomp make of the
 * rules, for a 32-bit x86 machine.
 */

import type { BpfProgram, Label } from './bpf.ts';
import { filterByNumber } from './number-tree.ts';
import { ProfileError } from './profile.ts';
import type { ProfileArgument, ProfileCondition, ProfileSyscalls, SeccompProfile } from './profile.ts';
import {
  ALLOW,
  ARGUMENTS_OFFSET,
  ERRNO,
  KILL_PROCESS,
  KILL_THREAD,
  LOG,
  TRACE,
  TRAP,
} from './seccomp-data.ts';
import { lastSyscall, syscallNumbers } from './syscall-numbers.ts';
import { multiplexed } from './multiplexed.ts';

/** What a profile's conditions ask about. */
export interface ProfilePlace {
  /** The container's bounding set, with CAP_. */
  readonly capabilities: ReadonlySet<string>;
  /** The release, as uname gives it. */
  readonly kernel: string;
}

export interface CompiledProfile {
  /** The words of an array of `struct sock_filter`. */
  readonly program: number[];
  /** SECCOMP_FILTER_FLAG_ */
  readonly flags: number;
}

/** What becomes of a call: rules whose arguments are looked at in turn, then what happens without. */
interface Outcome {
  readonly rules: readonly ArgumentRule[];
  readonly otherwise: number;
}

interface ArgumentRule {
  readonly args: readonly Required<ProfileArgument>[];
  readonly result: number;
}

const EPERM = 1;
const ENOSYS = 38;

const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: KILL_THREAD,
  SCMP_ACT_KILL_THREAD: KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: KILL_PROCESS,
  SCMP_ACT_TRAP: TRAP,
  SCMP_ACT_ERRNO: ERRNO,
  SCMP_ACT_TRACE: TRACE,
  SCMP_ACT_LOG: LOG,
  SCMP_ACT_ALLOW: ALLOW,
};

const flags: Readonly<Record<string, number>> = {
  // For threads that are there already: a container begins with one.
  SECCOMP_FILTER_FLAG_TSYNC: 0,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
};

const architectures =
  /^SCMP_ARCH_(X86|X86_64|X32|ARM|AARCH64|MIPS|MIPS64|MIPS64N32|MIPSEL|MIPSEL64|MIPSEL64N32|PPC|PPC64|PPC64LE|RISCV64|S390|S390X)$/;

/** Undefined for a profile that says nothing, with which there is no filter. @throws ProfileError */
export function compileProfile(profile: SeccompProfile, place: ProfilePlace): CompiledProfile | undefined {
  const { defaultAction, syscalls = [] } = profile;
  if (defaultAction === undefined && syscalls.length === 0) return undefined;
  if (profile.architectures?.length && profile.archMap?.length) throw twice('architectures', 'archMap');
  const rules = syscalls.map(withNames).filter((each) => applies(each, place));
  for (const name of profile.architectures ?? []) {
    if (!architectures.test(name)) throw runtime(`string ${name} is not a valid arch for seccomp`);
  }
  const otherwise = resultOf(defaultAction ?? '', profile.defaultErrnoRet, profile.listenerPath);
  const outcomes = outcomesOf(rules, otherwise, profile.listenerPath);
  const bytes = filterByNumber(outcomes.known, outcomes.newer, leaf);
  const program = [...new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)];
  return { program, flags: flagsOf(profile.flags ?? []) };
}

function twice(one: string, other: string): ProfileError {
  return new ProfileError(
    'engine',
    `both '${one}' and '${other}' are specified in the seccomp profile, use either '${one}' or '${other}'`,
  );
}

function runtime(message: string): ProfileError {
  return new ProfileError('runtime', message);
}

function flagsOf(names: readonly string[]): number {
  return names.reduce((sum, name) => {
    const flag = flags[name];
    if (flag === undefined) throw runtime(`seccomp flag not supported: ${name}`);
    return sum | flag;
  }, 0);
}

function withNames(call: ProfileSyscalls): ProfileSyscalls & { names: readonly string[] } {
  if (call.name && call.names?.length) throw twice('name', 'names');
  return { ...call, names: call.name ? [call.name] : (call.names ?? []) };
}

/** https://github.com/moby/profiles: any exclusion that holds is enough, and every inclusion has to hold. */
function applies({ includes = {}, excludes = {} }: ProfileSyscalls, place: ProfilePlace): boolean {
  const holds = (name: string): boolean => place.capabilities.has(name);
  if (excludes.arches?.includes('x86') || excludes.caps?.some(holds)) return false;
  if (excludes.minKernel && isAsNew(place, excludes)) return false;
  if (includes.arches?.length && !includes.arches.includes('x86')) return false;
  return (includes.caps?.every(holds) ?? true) && (!includes.minKernel || isAsNew(place, includes));
}

function isAsNew({ kernel }: ProfilePlace, { minKernel = '' }: ProfileCondition): boolean {
  const [ours = 0, oursMajor = 0] = kernel.split(/[.-]/).map(Number);
  const [least = 0, leastMajor = 0] = minKernel.split('.').map(Number);
  return ours > least || (ours === least && oursMajor >= leastMajor);
}

/** A filter's return value; what errno it has counts for two of the actions. */
function resultOf(action: string, errnoRet: number | undefined, listenerPath = '', call?: string): number {
  if (action === 'SCMP_ACT_NOTIFY') throw refusedNotify(listenerPath, call);
  const result = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (result === undefined) throw runtime(`string ${action} is not a valid action for seccomp`);
  return result === ERRNO || result === TRACE ? result + ((errnoRet ?? EPERM) & 0xffff) : result;
}

/** Nobody here could listen. */
function refusedNotify(listenerPath: string, call: string | undefined): ProfileError {
  const start = 'unable to start container process: ';
  if (call === undefined) return runtime(`${start}SCMP_ACT_NOTIFY cannot be used as default action`);
  if (call === 'write') return runtime(`${start}SCMP_ACT_NOTIFY cannot be used for the write syscall`);
  if (listenerPath === '') return runtime(`${start}listenerPath is not set`);
  return runtime(`${start}SCMP_ACT_NOTIFY is not supported`);
}

/** What a rule without conditions says of a call counts, the first one; else rules are asked in their order. */
function outcomesOf(
  calls: readonly (ProfileSyscalls & { names: readonly string[] })[],
  otherwise: number,
  listenerPath: string | undefined,
): { known: Outcome[]; newer: Outcome } {
  const numbers = syscallNumbers();
  const plain = new PlainOutcomes();
  const known = Array.from<Outcome>({ length: lastSyscall + 1 }).fill(plain.of(otherwise));
  let greatest = -1;
  for (const call of calls) {
    for (const name of call.names) {
      const result = resultOf(call.action ?? '', call.errnoRet, listenerPath, name);
      const args = (call.args ?? []).map((each) => argumentOf(each, name));
      greatest = Math.max(greatest, numbers.get(name) ?? -1);
      if (result !== otherwise) addRules(known, targets(name, args, numbers), result, plain, otherwise);
    }
  }
  const isPermissive = [ALLOW, LOG].includes(otherwise) || (otherwise & 0xffff0000) === TRACE;
  if (isPermissive || greatest < 0) return { known, newer: plain.of(otherwise) };
  // As runc: a call newer than all that the profile names gets ENOSYS, so that a C library falls back to an older one.
  return { known: known.slice(0, greatest + 1), newer: plain.of(ERRNO | ENOSYS) };
}

/** Those without rules, each of them once: numbers with the same outcome are told apart no further. */
class PlainOutcomes {
  readonly #byResult = new Map<number, Outcome>();

  of(otherwise: number): Outcome {
    const outcome = this.#byResult.get(otherwise) ?? { rules: [], otherwise };
    this.#byResult.set(otherwise, outcome);
    return outcome;
  }
}

interface Target {
  readonly number: number;
  readonly args: ArgumentRule['args'][];
}

/** The numbers that a name means, each with the conditions under which: any of them, of which all arguments. */
function targets(
  name: string,
  args: readonly Required<ProfileArgument>[],
  numbers: ReadonlyMap<string, number>,
): Target[] {
  const found: Target[] = [];
  const number = numbers.get(name);
  if (number !== undefined) found.push({ number, args: alternatives(args) });
  const parent = multiplexed(name);
  const parentNumber = parent && numbers.get(parent.through);
  if (parent && parentNumber !== undefined && args.length === 0) {
    const isIt = { index: 0, value: parent.call, valueTwo: 0, op: 'SCMP_CMP_EQ' };
    found.push({ number: parentNumber, args: [[isIt]] });
  }
  return found;
}

/** As runc: conditions of which two are about the same argument are alternatives. */
function alternatives(args: readonly Required<ProfileArgument>[]): ArgumentRule['args'][] {
  const indexes = new Set(args.map(({ index }) => index));
  return indexes.size < args.length ? args.map((each) => [each]) : [args];
}

/** An unconditional rule is the last for its call. */
function addRules(
  known: Outcome[],
  found: readonly Target[],
  result: number,
  plain: PlainOutcomes,
  otherwise: number,
): void {
  for (const { number, args } of found) {
    const before = known[number];
    if (before === undefined || (before.rules.length === 0 && before !== plain.of(otherwise))) continue;
    const rules = [...before.rules, ...args.map((each) => ({ args: each, result }))];
    const isPlain = args.some((each) => each.length === 0);
    known[number] = isPlain ? plain.of(result) : { ...before, rules };
  }
}

const operators = /^SCMP_CMP_(NE|LT|LE|EQ|GE|GT|MASKED_EQ)$/;

function argumentOf(given: ProfileArgument, call: string): Required<ProfileArgument> {
  const { index = 0, value = 0, valueTwo = 0, op = '' } = given;
  if (!operators.test(op)) throw runtime(`string ${op} is not a valid operator for seccomp`);
  if (index > 5) {
    const start = `unable to start container process: error creating seccomp syscall condition for syscall ${call}`;
    throw runtime(`${start}: syscalls only have up to 6 arguments (${index} given)`);
  }
  return { index, value, valueTwo, op };
}

function leaf(program: BpfProgram, { rules, otherwise }: Outcome): Label {
  return rules.reduceRight(
    (next, { args, result }) =>
      args.reduceRight((yes, each) => condition(program, each, yes, next), program.return(result)),
    program.return(otherwise),
  );
}

/** Goes on at `yes` if the argument is as wanted. An argument is 32 bits on an i386, and so is what it is compared with. */
function condition(program: BpfProgram, arg: Required<ProfileArgument>, yes: Label, no: Label): Label {
  const load = (next: Label): Label => program.load(ARGUMENTS_OFFSET + 8 * arg.index, next);
  const value = low(arg.value);
  switch (arg.op) {
    case 'SCMP_CMP_NE':
      return load(program.branch('equal', value, no, yes));
    case 'SCMP_CMP_LT':
      return load(program.branch('greaterOrEqual', value, no, yes));
    case 'SCMP_CMP_LE':
      return load(program.branch('greater', value, no, yes));
    case 'SCMP_CMP_GE':
      return load(program.branch('greaterOrEqual', value, yes, no));
    case 'SCMP_CMP_GT':
      return load(program.branch('greater', value, yes, no));
    case 'SCMP_CMP_MASKED_EQ':
      return load(program.mask(value, program.branch('equal', low(arg.valueTwo), yes, no)));
    default:
      return load(program.branch('equal', value, yes, no));
  }
}

/** The lower half; what is too great for a number is what -1 is as 64 bits. */
function low(value: number): number {
  if (value >= 2 ** 64) return 0xffffffff;
  return Number(BigInt.asUintN(32, BigInt(value)));
}
