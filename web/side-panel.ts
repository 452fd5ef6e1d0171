import { byId, onClick } from './dom.ts';
import type { DroppedItem } from './drop/dropped.ts';
import type { Panel } from './panel/panel.ts';
import type { PanelHost } from './panel/view.ts';
import { readPreference, writePreference } from './preferences.ts';

const keyStep = 24;

/** The panel beside the terminals. What is in it is loaded when it is first opened. */
export class SidePanel {
  readonly #host: PanelHost;
  readonly #element = byId('side-panel', HTMLElement);
  readonly #toggle = byId('toggle-panel', HTMLButtonElement);
  #panel: Promise<Panel> | undefined;

  constructor(host: PanelHost) {
    this.#host = host;
    onClick('toggle-panel', () => this.toggle());
    this.#element.addEventListener('keydown', (event) => this.#key(event));
    connectEdge(this.#element);
  }

  toggle(): void {
    if (this.#element.hidden) void this.open();
    else this.close();
  }

  /** With the keyboard in it. */
  async open(): Promise<void> {
    this.#show(true);
    (await this.#load()).focus();
  }

  close(): void {
    const hadFocus = this.#element.contains(document.activeElement);
    this.#show(false);
    if (hadFocus) this.#host.focusTerminal();
  }

  /** What was dropped on the page, wherever it was. */
  async take(items: readonly DroppedItem[]): Promise<void> {
    this.#show(true);
    (await this.#load()).take(items);
  }

  #show(shown: boolean): void {
    this.#element.hidden = !shown;
    this.#toggle.setAttribute('aria-expanded', String(shown));
  }

  async #load(): Promise<Panel> {
    this.#panel ??= import('./panel/panel.ts').then(({ createPanel }) =>
      createPanel(byId('panel-body', HTMLElement), {
        ...this.#host,
        type: (command) => this.#type(command),
        close: () => this.close(),
      }),
    );
    // A part that could not be fetched is fetched again the next time.
    this.#panel.catch(() => (this.#panel = undefined));
    return this.#panel;
  }

  /** Where the panel lies over the terminal it makes way. */
  #type(command: string): void {
    if (getComputedStyle(this.#element).position === 'absolute') this.close();
    this.#host.type(command);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    this.close();
  }
}

/** The separator pattern (https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/). */
function connectEdge(panel: HTMLElement): void {
  const edge = byId('panel-edge', HTMLElement);
  const remembered = Number(readPreference('panel-width'));
  const set = (width: number) => {
    panel.style.setProperty('--panel-width', `${width}px`);
    edge.setAttribute('aria-valuenow', String(Math.round(panel.offsetWidth || width)));
  };
  if (remembered > 0) set(remembered);
  const settle = () => writePreference('panel-width', String(panel.offsetWidth));
  edge.addEventListener('pointerdown', (event) => {
    edge.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  edge.addEventListener('pointermove', (event) => {
    if (edge.hasPointerCapture(event.pointerId)) set(panel.getBoundingClientRect().right - event.clientX);
  });
  edge.addEventListener('pointerup', settle);
  edge.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: keyStep, ArrowRight: -keyStep }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set(panel.offsetWidth + by);
    settle();
  });
}
