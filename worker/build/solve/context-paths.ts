import { glob } from '../../oci/glob.ts';
import { errorKind } from '../../oci/errors.ts';
import { cleanRelative } from '../../oci/path.ts';
import { internal } from '../errors.ts';
import { inputsOf, type Step } from './step.ts';

/**
 * What is copied from contexts is asked of them in one go, before anything is done: a pattern that is none fails the
 * build, though it might match nothing.
 */
export function requireContextPaths(last: Step): void {
  for (const paths of contextPaths(last).values()) {
    const asked = [...paths].sort();
    if (asked.some(isBroken))
      throw internal(
        `rpc error: code = Unknown desc = invalid includepatterns: [${asked.join(' ')}]: syntax error in pattern`,
      );
  }
}

/** By the context's name. */
function contextPaths(last: Step): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const step of stepsBelow(last)) {
    if (step.kind !== 'copy' || step.from.kind !== 'context') continue;
    const paths = found.get(step.from.context) ?? new Set();
    for (const path of step.sources) paths.add(cleanRelative(`/${path}`).slice(1));
    found.set(step.from.context, paths);
  }
  return found;
}

function stepsBelow(last: Step): Set<Step> {
  const found = new Set([last]);
  for (const step of found) for (const input of inputsOf(step)) found.add(input);
  return found;
}

function isBroken(path: string): boolean {
  try {
    glob(path);
    return false;
  } catch (error) {
    if (errorKind(error) !== 'invalid') throw error;
    return true;
  }
}
