import { internal } from '../errors.ts';
import { LayerDraft } from '../files/draft.ts';
import { workdirPlace } from '../steps/workdir-place.ts';
import { findOwner } from './owner.ts';
import type { Snapshot, Solver, StepWork } from './solver.ts';
import type { WorkdirStep } from './step.ts';

/** WORKDIR: a directory, where there is none, of the stage's user. */
export function workdirStep(solver: Solver, step: WorkdirStep, parent: Snapshot): StepWork {
  const { backend } = solver.parts;
  return {
    key: () => Promise.resolve(['workdir', parent.key, step.path, step.user]),
    async make() {
      const root = await solver.tree(step.parent);
      const draft = new LayerDraft(root, Math.floor(backend.now() / 1000));
      const { names, node } = workdirPlace(root, step.path, 'too many links');
      if (node !== undefined && node.file.kind !== 'directory')
        throw internal(`mkdir ${step.path}: not a directory`);
      draft.makeDirectory(names, await findOwner(step.user, root));
      return backend.make(draft.tar());
    },
  };
}
