import type { BuildStepView, BuildView } from '../../../worker/protocol/engine-api.ts';
import { make } from '../../dom.ts';
import { count, humanSize } from '../format.ts';
import { duration, instructionOf, stateOf } from './step-text.ts';
import type { StepState } from './step-text.ts';

const words: Readonly<Record<StepState, string>> = {
  waiting: 'waiting',
  running: 'running',
  cached: 'cached',
  done: '',
  failed: 'failed',
};

/** What can be done with a build. */
export interface BuildActions {
  cancel(buildId: string): void;
}

/** A build and its steps. Sizes of layers are known when there is an image. */
export class BuildCard {
  readonly element = make('li', { class: 'task build' });
  readonly #title = make('span', { class: 'task-title' });
  readonly #facts = make('span', { class: 'build-facts' });
  readonly #note = make('p', { class: 'task-note' });
  readonly #bar = make('div', { class: 'task-bar', role: 'progressbar', 'aria-label': 'Steps' });
  readonly #steps = make('ol', { class: 'build-steps' });
  readonly #cancel = make('button', { type: 'button', class: 'button small' }, 'Cancel');
  #view: BuildView | undefined;
  #sizes: ReadonlyMap<string, number> = new Map();

  constructor(actions: BuildActions) {
    const head = make('div', { class: 'task-head' }, this.#title, this.#facts, this.#cancel);
    this.#cancel.addEventListener('click', () => {
      this.#cancel.disabled = true;
      if (this.#view) actions.cancel(this.#view.buildId);
    });
    this.element.append(head, this.#note, this.#bar, this.#steps);
  }

  show(view: BuildView): void {
    this.#view = view;
    const isOver = view.completed !== undefined;
    const ended = view.steps.filter(({ completed, cached }) => completed !== undefined || cached).length;
    this.element.dataset['state'] = view.failure !== undefined ? 'failed' : isOver ? 'done' : 'busy';
    this.#title.textContent = view.title;
    this.#title.title = view.title;
    this.#facts.textContent = [isOver ? duration(view) : 'building', cacheHits(view.steps)]
      .filter((text) => text !== '')
      .join(' · ');
    this.#note.textContent = view.failure ?? view.image?.replace(/^sha256:/, '').slice(0, 12) ?? '';
    this.#bar.hidden = isOver;
    this.#cancel.hidden = isOver;
    this.#cancel.setAttribute('aria-label', `Cancel the build of ${view.title}`);
    this.#bar.style.setProperty('--progress', String(ended / Math.max(1, view.steps.length)));
    this.#bar.setAttribute(
      'aria-valuenow',
      String(Math.round((100 * ended) / Math.max(1, view.steps.length))),
    );
    this.#render();
  }

  /** By instruction. */
  showSizes(sizes: ReadonlyMap<string, number>): void {
    this.#sizes = sizes;
    this.#render();
  }

  #render(): void {
    this.#steps.replaceChildren(...(this.#view?.steps ?? []).map((step) => this.#step(step)));
  }

  #step(step: BuildStepView): HTMLElement {
    const state = stateOf(step);
    const size = this.#sizes.get(instructionOf(step.name));
    const facts = [
      size === undefined ? '' : humanSize(size),
      words[state],
      state === 'cached' ? '' : duration(step),
    ];
    return make(
      'li',
      { class: 'build-step', 'data-state': state, title: step.error ?? step.name },
      make('code', {}, step.name),
      make('span', {}, facts.filter((text) => text !== '').join(' · ')),
      ...(step.output === undefined ? [] : [make('pre', {}, step.output)]),
    );
  }
}

function cacheHits(steps: readonly BuildStepView[]): string {
  const cached = steps.filter((step) => step.cached).length;
  return cached > 0 ? `${count(cached, 'step')} cached` : '';
}
