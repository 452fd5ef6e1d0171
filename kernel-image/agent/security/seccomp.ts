/** Docker's default seccomp profile as a filter for seccomp(SECCOMP_SET_MODE_FILTER). */

import type { BpfProgram, Label } from '../../../worker/seccomp/bpf.ts';
import { filterByNumber } from '../../../worker/seccomp/number-tree.ts';
import { ALLOW, ARGUMENTS_OFFSET, ERRNO } from '../../../worker/seccomp/seccomp-data.ts';
import { lastSyscall, syscallNumbers } from '../../../worker/seccomp/syscall-numbers.ts';
import { capabilityNumber } from './capabilities.ts';
import type { CapabilityName } from './capabilities.ts';
import { defaultErrno, profile, unknownErrno } from './profile.ts';
import type { ArgumentTest, ProfileRule } from './profile.ts';

/** What becomes of a call: a filter's return value, or that its argument decides between ALLOW and the default. */
type Outcome = number | ArgumentTest;

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
  // runc puts the same in front of the filter for what is newer than all that the profile names.
  const filter = filterByNumber<Outcome>(outcomes, ERRNO | unknownErrno, leaf);
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
