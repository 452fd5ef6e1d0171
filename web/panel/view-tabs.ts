import { make } from '../dom.ts';
import type { PanelView } from './view.ts';

/** The panel's tabs, by the tabs pattern: one in the tab order, arrows move. */
export class ViewTabs {
  readonly element = make('div', { class: 'panel-tabs', role: 'tablist', 'aria-label': 'Panel' });
  readonly #views: readonly PanelView[];

  constructor(views: readonly PanelView[]) {
    this.#views = views;
    this.element.append(...views.map((view) => this.#tab(view)));
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  show(shown: PanelView): void {
    for (const view of this.#views) {
      const selected = view === shown;
      view.element.hidden = !selected;
      const tab = this.#tabOf(view);
      tab?.setAttribute('aria-selected', String(selected));
      tab?.setAttribute('tabindex', selected ? '0' : '-1');
    }
    shown.shown();
  }

  focus(): void {
    this.element.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
  }

  #tab(view: PanelView): HTMLElement {
    const id = `view-${view.name.toLowerCase()}`;
    const attributes = { role: 'tab', type: 'button', id, 'aria-controls': `${id}-panel` };
    const tab = make('button', attributes, view.name);
    tab.addEventListener('click', () => this.show(view));
    view.element.id = `${id}-panel`;
    view.element.setAttribute('role', 'tabpanel');
    view.element.setAttribute('aria-labelledby', id);
    return tab;
  }

  #tabOf({ element }: PanelView): Element | undefined {
    return [...this.element.children].find((tab) => tab.getAttribute('aria-controls') === element.id);
  }

  #key(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = this.#views.findIndex(({ element }) => !element.hidden);
    const next = by === undefined ? undefined : this.#views.at((at + by) % this.#views.length);
    if (!next) return;
    event.preventDefault();
    this.show(next);
    this.focus();
  }
}
