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

/** A rule with the numbers of its calls. */
interface NumberedRule {
  rule: ProfileRule;
  numbers: readonly number[];
}

// Everything here that is the same for all containers is done while the agent is loaded, which is before the machine's
// state is saved: looking up the names takes the guest ten times as long as making a filter.
const numberedRules = numberRules();
const always = numberedRules.filter(({ rule }) => !rule.with && !rule.unless);
const sometimes = numberedRules.filter(({ rule }) => rule.with || rule.unless);
const alwaysOutcomes = Array.from<Outcome>({ length: lastSyscall + 1 }).fill(ERRNO | defaultErrno);
applyRules(always, alwaysOutcomes);
const filters = new Map<string, Uint8Array>();

/**
 * An array of `struct sock_filter`. The capabilities are the container's bounding set, by number. A filter is made once
 * for all sets that come to the same rules: the caller must not write to it.
 */
export function seccompFilter(capabilities: ReadonlySet<number> | readonly number[]): Uint8Array {
  const set = new Set(capabilities);
  const added = sometimes.filter(({ rule }) => concerns(rule, set));
  const key = added.map((each) => sometimes.indexOf(each)).join();
  const known = filters.get(key);
  if (known) return known;
  const outcomes = [...alwaysOutcomes];
  applyRules(added, outcomes);
  const filter = assemble(runsOf(outcomes));
  filters.set(key, filter);
  return filter;
}

function numberRules(): NumberedRule[] {
  const numbers = syscallNumbers();
  const numberOf = (name: string): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`The seccomp profile names an unknown system call: ${name}`);
    return number;
  };
  return profile.map((rule) => ({
    rule,
    numbers: rule.names.flatMap((line) => line.split(' ')).map(numberOf),
  }));
}

function concerns(rule: ProfileRule, capabilities: ReadonlySet<number>): boolean {
  const has = (name: CapabilityName): boolean => capabilities.has(capabilityNumber(name));
  return (rule.with === undefined || has(rule.with)) && (rule.unless === undefined || !has(rule.unless));
}

/** Outcomes are by system call number. */
function applyRules(rules: readonly NumberedRule[], outcomes: Outcome[]): void {
  for (const { rule, numbers } of rules) {
    const outcome = rule.errno === undefined ? (rule.when ?? ALLOW) : ERRNO | rule.errno;
    for (const number of numbers) {
      if (outcomes[number] !== ALLOW) outcomes[number] = outcome;
    }
  }
}

function runsOf(outcomes: readonly Outcome[]): Run[] {
  const runs: Run[] = [];
  let last: Outcome | undefined;
  for (let first = 0; first < outcomes.length; first++) {
    const outcome = outcomes[first]!;
    if (outcome !== last) runs.push({ first, outcome });
    last = outcome;
  }
  // runc puts the same in front of the filter for what is newer than all that the profile names.
  runs.push({ first: outcomes.length, outcome: ERRNO | unknownErrno });
  return runs;
}

function assemble(runs: readonly Run[]): Uint8Array {
  const program = new BpfProgram();
  const leaves = new Map<Outcome, Label>();
  for (const { outcome } of runs) {
    if (!leaves.has(outcome)) leaves.set(outcome, leaf(program, outcome));
  }
  const number = program.load(NUMBER_OFFSET, tree({ program, runs, leaves }, 0, runs.length - 1));
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

interface Search {
  program: BpfProgram;
  runs: readonly Run[];
  leaves: ReadonlyMap<Outcome, Label>;
}

/** Finds the loaded number among the runs from `low` to `high`. */
function tree(search: Search, low: number, high: number): Label {
  const { program, runs, leaves } = search;
  const { outcome } = runs[low]!;
  if (low === high) return leaves.get(outcome)!;
  if (high - low === 2 && isException(runs, low + 1)) {
    const exception = runs[low + 1]!;
    return program.branch('equal', exception.first, leaves.get(exception.outcome)!, leaves.get(outcome)!);
  }
  const split = middle(runs, low, high);
  const above = tree(search, split, high);
  const below = tree(search, low, split - 1);
  return program.branch('greaterOrEqual', runs[split]!.first, above, below);
}

/** One number amid others that have an outcome in common. */
function isException(runs: readonly Run[], index: number): boolean {
  const after = runs[index + 1]!;
  return runs[index - 1]!.outcome === after.outcome && after.first - runs[index]!.first === 1;
}

/** The run behind `low` whose beginning halves the numbers best. */
function middle(runs: readonly Run[], low: number, high: number): number {
  const end = runs[high + 1]?.first ?? lastSyscall + 2;
  const centre = (runs[low]!.first + end) / 2;
  let best = low + 1;
  while (best < high && Math.abs(runs[best + 1]!.first - centre) < Math.abs(runs[best]!.first - centre))
    best++;
  return best;
}
