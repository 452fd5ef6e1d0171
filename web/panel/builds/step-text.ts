import type { BuildStepView } from '../../../worker/protocol/engine-api.ts';

export type StepState = 'waiting' | 'running' | 'cached' | 'done' | 'failed';

export function stateOf({ started, completed, cached, error }: BuildStepView): StepState {
  if (error !== undefined) return 'failed';
  if (cached) return 'cached';
  if (completed !== undefined) return 'done';
  return started === undefined ? 'waiting' : 'running';
}

/** "4.2 s", or nothing for what has no end yet. */
export function duration({ started, completed }: { started?: number; completed?: number }): string {
  if (started === undefined || completed === undefined) return '';
  return `${(Math.max(0, completed - started) / 1000).toFixed(1)} s`;
}

/** Without what tells a step's place and a history's shell apart, so that both can be compared. */
export function instructionOf(text: string): string {
  return text
    .replace(/^\[[^\]]*\] /, '')
    .replace(/ # buildkit$/, '')
    .replace(/^(RUN )?(\|\d+ .*)?\/bin\/sh -c (#\(nop\) *)?/, '$1')
    .replace(/^RUN /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What each instruction's layer holds, in bytes, by an image's history. */
export function layerSizes(history: readonly { CreatedBy: string; Size: number }[]): Map<string, number> {
  return new Map(history.map(({ CreatedBy, Size }) => [instructionOf(CreatedBy), Size]));
}
