import { icon, make } from '../dom.ts';
import { announce } from '../status-line.ts';
import { count, messageOf } from './format.ts';
import type { LayerLine } from './images/layer-lines.ts';

/** What a task reports while it is under way; whatever is missing stays. */
export interface TaskReport {
  note?: string;
  /** From 0 to 1; `unknown` while it is not known how long it takes. */
  progress?: number | 'unknown';
  lines?: readonly LayerLine[];
}

export interface TaskPlan {
  title: string;
  /** Rejects with an error whose message is for people. What it resolves with is shown at its end. */
  run(report: (report: TaskReport) => void, signal: AbortSignal): Promise<string>;
}

/** Work that takes a while: how far it is, a way out of it, and how it ended. */
export class Tasks {
  readonly element = make('ul', { class: 'tasks', 'aria-label': 'In progress' });

  constructor() {
    this.element.hidden = true;
  }

  /** Resolves when it has ended, in whatever way. */
  async start(plan: TaskPlan): Promise<void> {
    const { title } = plan;
    const abort = new AbortController();
    const card = new TaskCard(title, () => this.#dismiss(card, abort));
    this.element.prepend(card.element);
    this.element.hidden = false;
    announce(title);
    try {
      const result = await plan.run((report) => card.report(report), abort.signal);
      card.finish('done', result);
      announce(result);
    } catch (error) {
      if (abort.signal.aborted) return;
      card.finish('failed', messageOf(error));
      announce(`Failed: ${title}`);
    }
  }

  #dismiss(card: TaskCard, abort: AbortController): void {
    abort.abort();
    card.element.remove();
    this.element.hidden = this.element.childElementCount === 0;
  }
}

class TaskCard {
  readonly element: HTMLElement;
  readonly #note = make('p', { class: 'task-note' });
  readonly #bar: HTMLElement;
  readonly #lines = make('ul', { class: 'layer-lines', 'aria-label': 'Layers', tabindex: '0' });
  readonly #close = make('button', { type: 'button', class: 'icon' }, icon('close'));
  readonly #title: string;

  constructor(title: string, dismiss: () => void) {
    this.#title = title;
    this.#bar = make('div', { class: 'task-bar unknown', role: 'progressbar', 'aria-label': title });
    this.#lines.hidden = true;
    this.#close.setAttribute('aria-label', `Cancel: ${title}`);
    this.#close.addEventListener('click', dismiss);
    const head = make(
      'div',
      { class: 'task-head' },
      make('span', { class: 'task-title', title }, title),
      this.#close,
    );
    this.element = make(
      'li',
      { class: 'task', 'data-state': 'busy' },
      head,
      this.#note,
      this.#bar,
      this.#lines,
    );
  }

  report({ note, progress, lines }: TaskReport): void {
    if (note !== undefined) this.#note.textContent = note;
    if (progress !== undefined) this.#progress(progress);
    if (lines) this.#showLines(lines);
  }

  finish(state: 'done' | 'failed', note: string): void {
    this.element.dataset['state'] = state;
    this.#note.textContent = note;
    this.#bar.hidden = true;
    if (state === 'done') this.#lines.hidden = true;
    else this.#note.setAttribute('role', 'alert');
    this.#close.setAttribute('aria-label', `Dismiss: ${this.#title}`);
  }

  #progress(progress: number | 'unknown'): void {
    this.#bar.classList.toggle('unknown', progress === 'unknown');
    if (progress === 'unknown') return this.#bar.removeAttribute('aria-valuenow');
    this.#bar.style.setProperty('--progress', String(progress));
    this.#bar.setAttribute('aria-valuenow', String(Math.round(progress * 100)));
  }

  #showLines(lines: readonly LayerLine[]): void {
    this.#lines.hidden = lines.length === 0;
    this.#lines.setAttribute('aria-label', count(lines.length, 'layer'));
    this.#lines.replaceChildren(
      ...lines.map(({ id, status, amount }) =>
        make(
          'li',
          { class: 'layer-line' },
          make('code', {}, id),
          make('span', {}, status),
          make('span', {}, amount),
        ),
      ),
    );
  }
}
