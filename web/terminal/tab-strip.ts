import { byId, icon, make } from '../dom.ts';

export interface TabEvents {
  /** Shown; the keyboard stays on the tabs. */
  selected(id: string): void;
  /** Clicked, or Enter: the keyboard goes to what it shows. */
  activated(id: string): void;
  closed(id: string): void;
}

export interface TabLabel {
  name: string;
  /** Said and shown after the name. */
  ended: boolean;
}

const tabIn = (holder: HTMLElement) => holder.querySelector<HTMLElement>('[role=tab]');

/** The tabs pattern (https://www.w3.org/WAI/ARIA/apg/patterns/tabs/): arrows move, Home and End jump, Delete closes. */
export class TabStrip {
  readonly #list = byId('tabs', HTMLElement);
  readonly #events: TabEvents;

  constructor(events: TabEvents) {
    this.#events = events;
    this.#list.addEventListener('keydown', (event) => this.#key(event));
  }

  add(id: string, panel: string): void {
    const tab = make('button', {
      role: 'tab',
      type: 'button',
      id,
      'aria-controls': panel,
      class: 'tab-name',
    });
    tab.addEventListener('click', () => this.#events.activated(id));
    this.#list.append(make('div', { role: 'presentation', class: 'tab' }, tab, this.#closeButton(id)));
  }

  remove(id: string): void {
    this.#holder(id)?.remove();
  }

  select(id: string): void {
    for (const holder of this.#holders()) {
      const tab = tabIn(holder);
      const selected = tab?.id === id;
      tab?.setAttribute('aria-selected', String(selected));
      tab?.setAttribute('tabindex', selected ? '0' : '-1');
      if (selected) this.#reveal(holder);
    }
  }

  label(id: string, { name, ended }: TabLabel): void {
    const holder = this.#holder(id);
    if (!holder) return;
    const tab = tabIn(holder);
    const state = ended ? [make('span', { class: 'tab-state' }, 'ended')] : [];
    tab?.replaceChildren(make('span', { class: 'tab-text' }, name), ...state);
    tab?.setAttribute('title', name);
    holder.classList.toggle('ended', ended);
    holder.querySelector('.tab-close')?.setAttribute('aria-label', `Close ${name}`);
    if (tab?.ariaSelected === 'true') this.#reveal(holder);
  }

  focus(): void {
    this.#list.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
  }

  get hasFocus(): boolean {
    return this.#list.contains(document.activeElement);
  }

  /** Not by scrollIntoView, which also scrolls the page that frames this one. */
  #reveal({ offsetLeft, offsetWidth }: HTMLElement): void {
    const rightmost = offsetLeft + offsetWidth - this.#list.clientWidth;
    this.#list.scrollLeft = Math.min(offsetLeft, Math.max(this.#list.scrollLeft, rightmost));
  }

  #closeButton(id: string): HTMLElement {
    const button = make('button', { type: 'button', class: 'icon tab-close', tabindex: '-1' }, icon('close'));
    button.addEventListener('click', () => this.#events.closed(id));
    return button;
  }

  #holders(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('.tab')];
  }

  #holder(id: string): HTMLElement | undefined {
    return this.#holders().find((holder) => tabIn(holder)?.id === id);
  }

  #key(event: KeyboardEvent): void {
    const ids = this.#holders().map((holder) => tabIn(holder)?.id ?? '');
    const at = ids.indexOf(event.target instanceof Element ? event.target.id : '');
    const key = event.key;
    if (at < 0) return;
    if (key === 'Delete') this.#events.closed(ids[at] ?? '');
    else if (key === 'ArrowDown') this.#events.activated(ids[at] ?? '');
    else if (!this.#move(ids, at, key)) return;
    event.preventDefault();
  }

  #move(ids: string[], at: number, key: string): boolean {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[key];
    if (to === undefined) return false;
    this.#events.selected(ids.at(to % ids.length) ?? '');
    this.focus();
    return true;
  }
}
