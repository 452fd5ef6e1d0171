import { internal } from '../errors.ts';
import type { Step } from './step.ts';
import { inputsOf } from './step.ts';

/**
 * Of the steps that a target needs, those that are the same wherever they are written: each leads to the one that is done
 * for all. As in BuildKit that is the one which is come upon last when the inputs are looked at first.
 */
export function sameSteps(target: Step): Map<Step, Step> {
  const numbers = new Map<string, number>();
  const [numberOf, last] = [new Map<Step, number>(), new Map<number, Step>()];
  const visit = (step: Step): number => {
    const known = numberOf.get(step);
    if (known !== undefined) return known;
    const key = JSON.stringify([meaningOf(step), ...inputsOf(step).map(visit)]);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    numberOf.set(step, number);
    last.set(number, step);
    return number;
  };
  visit(target);
  return new Map([...numberOf].map(([step, number]) => [step, last.get(number) ?? step]));
}

/** All of a step but where it is written and what it needs. */
function meaningOf(step: Step): unknown {
  const meaning = { ...step, name: undefined, lines: undefined };
  switch (meaning.kind) {
    case 'image':
      return [meaning.kind, meaning.image];
    case 'workdir':
      return { ...meaning, parent: undefined };
    case 'copy':
      return { ...meaning, parent: undefined, from: undefined };
    case 'run':
      return {
        ...meaning,
        parent: undefined,
        mounts: meaning.mounts.map((one) => ({ ...one, step: undefined })),
      };
    default:
      return meaning;
  }
}

/** Fails where a command has no words at all. */
export function requireCommands(target: Step): void {
  for (const step of downwards(target))
    if (step.kind === 'run' && step.args.length === 0)
      throw internal('failed to marshal LLB definition: arguments are required');
}

/** A step before those that it needs. */
export function* downwards(step: Step, seen = new Set<Step>()): Generator<Step> {
  if (seen.has(step)) return;
  seen.add(step);
  yield step;
  for (const input of inputsOf(step)) yield* downwards(input, seen);
}
