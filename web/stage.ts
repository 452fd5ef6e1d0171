import { byId, onClick } from './dom.ts';
import type { StatusView } from './status-text.ts';

type StageState = 'starting' | 'running' | 'failed';

const stage = () => byId('stage', HTMLElement);

function setState(state: StageState): void {
  stage().dataset['state'] = state;
}

/** While the machine starts a ship floats up in its bottle; the terminals lie below it, and take keys already. */
export function showStarting(view: StatusView): void {
  if (typeof view.progress === 'number') stage().style.setProperty('--level', String(view.progress));
}

export function showRunning(): void {
  setState('running');
  byId('failure', HTMLElement).hidden = true;
}

/** Over an empty stage when the machine has never run, else below what is in the terminals. */
export function showFailure(title: string, message: string): void {
  if (stage().dataset['state'] === 'starting') setState('failed');
  byId('failure-title', HTMLElement).textContent = title;
  byId('failure-message', HTMLElement).textContent = message;
  byId('failure', HTMLElement).hidden = false;
}

export function onFailureAction(actions: { reload(): void; reset(): void }): void {
  onClick('failure-reload', () => actions.reload());
  onClick('failure-reset', () => actions.reset());
}
