import { byId, make } from '../dom.ts';
import type { Engine } from '../engine.ts';
import { isScreenReaderOn } from './screen-reader.ts';
import { TabStrip } from './tab-strip.ts';
import { TerminalSession } from './session.ts';
import { cleanTitle } from './title.ts';

export interface TerminalsOptions {
  engine: Engine;
  /** Settles when shells can be opened. */
  booted: Promise<void>;
  linkFollowed(address: string): void;
}

interface Entry {
  tab: string;
  number: number;
  panel: HTMLElement;
  session: TerminalSession;
  title: string;
  ended: boolean;
}

/** The open terminals, of which one is shown. There is always one. */
export class Terminals {
  readonly #options: TerminalsOptions;
  readonly #stage = byId('stage', HTMLElement);
  readonly #entries: Entry[] = [];
  #shown: Entry | undefined;
  readonly #tabs = new TabStrip({
    selected: (tab) => this.#show(this.#find(tab)),
    activated: (tab) => {
      this.#show(this.#find(tab));
      this.focus();
    },
    closed: (tab) => this.#close(this.#find(tab)),
  });

  constructor(options: TerminalsOptions) {
    this.#options = options;
  }

  open(): void {
    const number = this.#freeNumber();
    const tab = `tab-${number}`;
    const panel = this.#addPanel(number, tab);
    this.#tabs.add(tab, panel.id);
    const entry: Entry = {
      tab,
      number,
      panel,
      session: this.#startSession(panel, tab),
      title: '',
      ended: false,
    };
    entry.session.view.setScreenReader(isScreenReaderOn());
    this.#entries.push(entry);
    this.#label(entry);
    this.#show(entry);
  }

  /** The next one to the right, or to the left with -1. */
  step(by: 1 | -1): void {
    const at = this.#entries.findIndex((entry) => entry === this.#shown);
    this.#show(this.#entries.at((at + by) % this.#entries.length));
    this.focus();
  }

  focus(): void {
    this.#shown?.session.view.focus();
  }

  focusTabs(): void {
    this.#tabs.focus();
  }

  get shown(): TerminalSession['view'] | undefined {
    return this.#shown?.session.view;
  }

  forEachView(act: (view: TerminalSession['view']) => void): void {
    for (const entry of this.#entries) act(entry.session.view);
  }

  #startSession(panel: HTMLElement, tab: string): TerminalSession {
    const { engine, booted } = this.#options;
    return new TerminalSession(panel, engine, booted, {
      started: () => this.#change(tab, { ended: false, title: '' }),
      exited: () => this.#change(tab, { ended: true }),
      titled: (title) => this.#change(tab, { title: cleanTitle(title) }),
      linkFollowed: (address) => this.#options.linkFollowed(address),
    });
  }

  #addPanel(number: number, tab: string): HTMLElement {
    const attributes = {
      class: 'terminal-panel',
      id: `terminal-${number}`,
      role: 'tabpanel',
      'aria-labelledby': tab,
    };
    const panel = make('div', attributes);
    this.#stage.append(panel);
    return panel;
  }

  #show(entry: Entry | undefined): void {
    if (!entry) return;
    this.#shown = entry;
    for (const { panel } of this.#entries) panel.hidden = panel !== entry.panel;
    this.#tabs.select(entry.tab);
    entry.session.view.shown();
  }

  #close(entry: Entry | undefined): void {
    if (!entry || this.#entries.length === 1) return;
    const tabsHadFocus = this.#tabs.hasFocus;
    const at = this.#entries.indexOf(entry);
    this.#entries.splice(at, 1);
    entry.session.close();
    entry.panel.remove();
    this.#tabs.remove(entry.tab);
    if (entry === this.#shown) this.#show(this.#entries[Math.min(at, this.#entries.length - 1)]);
    if (tabsHadFocus) this.#tabs.focus();
    else this.focus();
  }

  #change(tab: string, change: Partial<Pick<Entry, 'title' | 'ended'>>): void {
    const entry = this.#find(tab);
    if (entry) this.#label(Object.assign(entry, change));
  }

  #label({ tab, title, number, ended }: Entry): void {
    this.#tabs.label(tab, { name: title || `Terminal ${number}`, ended });
  }

  #find(tab: string): Entry | undefined {
    return this.#entries.find((entry) => entry.tab === tab);
  }

  #freeNumber(): number {
    const taken = new Set(this.#entries.map(({ number }) => number));
    let number = 1;
    while (taken.has(number)) number += 1;
    return number;
  }
}
