/**
 * Docker's default seccomp profile as a filter for seccomp(SECCOMP_SET_MODE_FILTER).
 *
 * Attaching a filter makes Linux run it once for each of the machine's system call numbers, to learn which of them it
 * always allows; those then never run it again. So what counts is how few steps a number takes, and the numbers are
 * found by a tree over their ranges, not by a list.
 */

import { BpfProgram } from './bpf.ts';
import type { Label } from './bpf.ts';
import { capabilityNumber } from './capabilities.ts';
import type { CapabilityName } from './capabilities.ts';
import { defaultErrno, profile, unknownErrno } from './profile.ts';
import type { ArgumentTest, ProfileRule } from './profile.ts';
import { lastSyscall, syscallNumbers } from './syscall-numbers.ts';

// <linux/seccomp.h>; the offsets are those of struct seccomp_data. As libseccomp, another architecture kills the thread.
const KILL_THREAD = 0;
const ERRNO = 0x00050000;
const ALLOW = 0x7fff0000;
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;
const AUDIT_ARCH_I386 = 0x40000003;

/** What becomes of a call: a filter's return value, or that its argument decides between ALLOW and the default. */
type Outcome = number | ArgumentTest;

/** System call numbers from `first` to the next run's that have one outcome. */
interface Run {
  first: number;
  outcome: Outcome;
}

const filters = new Map<string, Uint8Array>();

/**
 * An array of `struct sock_filter`. The capabilities are the container's bounding set, by number. A filter is made once
 * for all sets that come to the same rules: the caller must not write to it.
 */
export function seccompFilter(capabilities: ReadonlySet<number> | readonly number[]): Uint8Array {
  const set = new Set(capabilities);
  const rules = profile.filter((rule) => applies(rule, set));
  const key = rules.map((rule) => profile.indexOf(rule)).join();
  const filter = filters.get(key) ?? assemble(runs(outcomes(rules)));
  filters.set(key, filter);
  return filter;
}

function applies(rule: ProfileRule, capabilities: ReadonlySet<number>): boolean {
  const has = (name: CapabilityName): boolean => capabilities.has(capabilityNumber(name));
  return (rule.with === undefined || has(rule.with)) && (rule.unless === undefined || !has(rule.unless));
}

/** By system call number. */
function outcomes(rules: readonly ProfileRule[]): Outcome[] {
  const numbers = syscallNumbers();
  const result = Array.from<Outcome>({ length: lastSyscall + 1 }).fill(ERRNO | defaultErrno);
  for (const rule of rules) {
    const outcome = rule.errno === undefined ? (rule.when ?? ALLOW) : ERRNO | rule.errno;
    for (const name of rule.names.flatMap((line) => line.split(' '))) {
      const number = numbers.get(name);
      if (number === undefined) throw new Error(`The seccomp profile names an unknown system call: ${name}`);
      if (result[number] !== ALLOW) result[number] = outcome;
    }
  }
  return result;
}

function runs(byNumber: readonly Outcome[]): Run[] {
  const result: Run[] = [];
  byNumber.forEach((outcome, first) => {
    if (result.at(-1)?.outcome !== outcome) result.push({ first, outcome });
  });
  // runc puts the same in front of the filter for what is newer than all that the profile names.
  result.push({ first: byNumber.length, outcome: ERRNO | unknownErrno });
  return result;
}

function assemble(ranges: readonly Run[]): Uint8Array {
  const program = new BpfProgram();
  const leaves = new Map<Outcome, Label>();
  for (const { outcome } of ranges) {
    if (!leaves.has(outcome)) leaves.set(outcome, leaf(program, outcome));
  }
  const number = program.load(NUMBER_OFFSET, tree(program, ranges, leaves, lastSyscall + 2));
  const architecture = program.branch('equal', AUDIT_ARCH_I386, number, program.return(KILL_THREAD));
  program.load(ARCHITECTURE_OFFSET, architecture);
  return program.bytes();
}

function leaf(program: BpfProgram, outcome: Outcome): Label {
  if (typeof outcome === 'number') return program.return(outcome);
  const allow = program.return(ALLOW);
  const refuse = program.return(ERRNO | defaultErrno);
  const matched = outcome.operator === 'in' ? allow : refuse;
  const condition = outcome.operator === 'without' ? 'anyBit' : 'equal';
  const test = outcome.values.reduce(
    (otherwise, value) => program.branch(condition, value, matched, otherwise),
    outcome.operator === 'in' ? refuse : allow,
  );
  // The upper half of an argument is always 0 on an i386.
  return program.load(ARGUMENTS_OFFSET + 8 * outcome.argument, test);
}

/** Finds the loaded number among the runs, which end before `end`. */
function tree(
  program: BpfProgram,
  ranges: readonly Run[],
  leaves: ReadonlyMap<Outcome, Label>,
  end: number,
): Label {
  const exception = singleException(ranges);
  const leafOf = (run: Run | undefined): Label => leaves.get(run!.outcome)!;
  if (exception) return program.branch('equal', exception.first, leafOf(exception), leafOf(ranges[0]));
  if (ranges.length === 1) return leafOf(ranges[0]);
  const split = middle(ranges, end);
  const { first } = ranges[split]!;
  const above = tree(program, ranges.slice(split), leaves, end);
  const below = tree(program, ranges.slice(0, split), leaves, first);
  return program.branch('greaterOrEqual', first, above, below);
}

/** One number with an outcome of its own amid others that are alike. */
function singleException(ranges: readonly Run[]): Run | undefined {
  const [before, exception, after] = ranges;
  if (ranges.length !== 3 || before!.outcome !== after!.outcome) return undefined;
  return after!.first - exception!.first === 1 ? exception : undefined;
}

/** The run whose beginning halves the numbers best; never the first one. */
function middle(ranges: readonly Run[], end: number): number {
  const centre = (ranges[0]!.first + end) / 2;
  const distance = (index: number): number => Math.abs(ranges[index]!.first - centre);
  let best = 1;
  while (best + 1 < ranges.length && distance(best + 1) < distance(best)) best++;
  return best;
}
