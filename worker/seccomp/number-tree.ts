/**
 * A seccomp filter that says what becomes of each system call by its number.
 *
 * Attaching a filter makes Linux run it once for each of the machine's system call numbers, to learn which of them it
 * always allows; those then never run it again. So what counts is how few steps a number takes, and the numbers are
 * found by a tree over their ranges, not by a list.
 */

import { BpfProgram } from './bpf.ts';
import type { Label } from './bpf.ts';
import { ARCHITECTURE_OFFSET, AUDIT_ARCH_I386, KILL_THREAD, NUMBER_OFFSET } from './seccomp-data.ts';

/** System call numbers from `first` to the next run's that have one outcome. */
interface Run<Outcome> {
  first: number;
  outcome: Outcome;
}

interface Search<Outcome> {
  program: BpfProgram;
  runs: readonly Run<Outcome>[];
  leaves: ReadonlyMap<Outcome, Label>;
  /** One more than the greatest number that the runs tell apart. */
  end: number;
}

/**
 * An array of `struct sock_filter`. Outcomes are by system call number, `newer` is that of all greater ones; `leaf` writes
 * what ends the filter with one of them. As with libseccomp, another architecture kills the thread.
 */
export function filterByNumber<Outcome>(
  outcomes: readonly Outcome[],
  newer: Outcome,
  leaf: (program: BpfProgram, outcome: Outcome) => Label,
): Uint8Array {
  const program = new BpfProgram();
  const runs = runsOf(outcomes, newer);
  const leaves = new Map<Outcome, Label>();
  for (const { outcome } of runs) {
    if (!leaves.has(outcome)) leaves.set(outcome, leaf(program, outcome));
  }
  const search = { program, runs, leaves, end: outcomes.length + 1 };
  const number = program.load(NUMBER_OFFSET, tree(search, 0, runs.length - 1));
  const architecture = program.branch('equal', AUDIT_ARCH_I386, number, program.return(KILL_THREAD));
  program.load(ARCHITECTURE_OFFSET, architecture);
  return program.bytes();
}

function runsOf<Outcome>(outcomes: readonly Outcome[], newer: Outcome): Run<Outcome>[] {
  const runs: Run<Outcome>[] = [];
  for (let first = 0; first < outcomes.length; first++) {
    const outcome = outcomes[first]!;
    if (first === 0 || outcome !== runs.at(-1)?.outcome) runs.push({ first, outcome });
  }
  runs.push({ first: outcomes.length, outcome: newer });
  return runs;
}

/** Finds the loaded number among the runs from `low` to `high`. */
function tree<Outcome>(search: Search<Outcome>, low: number, high: number): Label {
  const { program, runs, leaves } = search;
  const { outcome } = runs[low]!;
  if (low === high) return leaves.get(outcome)!;
  if (high - low === 2 && isException(runs, low + 1)) {
    const exception = runs[low + 1]!;
    return program.branch('equal', exception.first, leaves.get(exception.outcome)!, leaves.get(outcome)!);
  }
  const split = middle(search, low, high);
  const above = tree(search, split, high);
  const below = tree(search, low, split - 1);
  return program.branch('greaterOrEqual', runs[split]!.first, above, below);
}

/** One number amid others that have an outcome in common. */
function isException<Outcome>(runs: readonly Run<Outcome>[], index: number): boolean {
  const after = runs[index + 1]!;
  return runs[index - 1]!.outcome === after.outcome && after.first - runs[index]!.first === 1;
}

/** The run behind `low` whose beginning halves the numbers best. */
function middle<Outcome>({ runs, end }: Search<Outcome>, low: number, high: number): number {
  const centre = (runs[low]!.first + (runs[high + 1]?.first ?? end)) / 2;
  let best = low + 1;
  while (best < high && Math.abs(runs[best + 1]!.first - centre) < Math.abs(runs[best]!.first - centre))
    best++;
  return best;
}
