import type { WorkApi, WorkEntry } from '../../../worker/protocol/work.ts';
import { icon, make } from '../../dom.ts';
import { humanSize } from '../format.ts';
import { attachMenu } from '../menu.ts';
import type { MenuItem } from '../menu.ts';
import { directoryOf, join } from './paths.ts';

export interface TreeRow {
  path: string;
  entry: WorkEntry;
  level: number;
}

export interface TreeEvents {
  opened(row: TreeRow): void;
  menu(row: TreeRow): MenuItem[];
  failed(error: unknown): void;
}

/** The tree pattern (https://www.w3.org/WAI/ARIA/apg/patterns/treeview/), flat: rows say their level. */
export class FileTree {
  readonly element = make('ul', { class: 'file-tree', role: 'tree', 'aria-label': 'Files in /root/work' });
  readonly #events: TreeEvents;
  readonly #listings = new Map<string, readonly WorkEntry[]>();
  /** The last reading of each directory. */
  readonly #readings = new Map<string, Promise<void>>();
  readonly #expanded = new Set<string>();
  readonly #elements = new Map<string, HTMLElement>();
  #rows: TreeRow[] = [];
  #current = '';
  #work: WorkApi | undefined;

  constructor(events: TreeEvents) {
    this.#events = events;
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Where something new goes: the directory that is current, or that of the current file. */
  get directory(): string {
    const row = this.#rows.find(({ path }) => path === this.#current);
    if (!row) return '';
    return row.entry.kind === 'directory' ? row.path : directoryOf(row.path);
  }

  async start(work: WorkApi): Promise<void> {
    this.#work = work;
    await this.refresh(['']);
  }

  /** Reads these directories again, as far as they are shown. */
  async refresh(paths: readonly string[]): Promise<void> {
    const shown = paths.filter((path) => path === '' || this.#expanded.has(path));
    await Promise.all(shown.map((path) => this.#list(path)));
    this.#render();
  }

  /** Opens the directories above and makes it current. */
  async reveal(path: string): Promise<void> {
    for (let above = directoryOf(path); above !== ''; above = directoryOf(above)) this.#expanded.add(above);
    await this.refresh(['', ...this.#expanded]);
    this.#setCurrent(path);
  }

  /** One reading after the other: an answer that is overtaken would be shown as the newest. */
  #list(path: string): Promise<void> {
    const reading = (this.#readings.get(path) ?? Promise.resolve()).then(() => this.#read(path));
    this.#readings.set(path, reading);
    return reading;
  }

  async #read(path: string): Promise<void> {
    try {
      this.#listings.set(path, (await this.#work?.list(path)) ?? []);
    } catch (error) {
      // What was a directory a moment ago may be gone.
      this.#expanded.delete(path);
      this.#listings.delete(path);
      if (path === '') this.#events.failed(error);
    }
  }

  #render(): void {
    this.#rows = [...this.#rowsOf('', 0)];
    const there = new Set(this.#rows.map(({ path }) => path));
    for (const [path, element] of this.#elements)
      if (!there.has(path)) {
        element.remove();
        this.#elements.delete(path);
      }
    this.#rows.forEach((row, at) => {
      const element = this.#element(row);
      const before = this.element.children[at];
      if (before !== element) this.element.insertBefore(element, before ?? null);
    });
    if (!there.has(this.#current)) this.#current = this.#rows[0]?.path ?? '';
    this.#mark();
  }

  *#rowsOf(directory: string, level: number): Generator<TreeRow> {
    for (const entry of this.#listings.get(directory) ?? []) {
      const path = join(directory, entry.name);
      yield { path, entry, level };
      if (entry.kind === 'directory' && this.#expanded.has(path)) yield* this.#rowsOf(path, level + 1);
    }
  }

  #element(row: TreeRow): HTMLElement {
    const element = this.#elements.get(row.path) ?? this.#make(row);
    this.#elements.set(row.path, element);
    const size = element.querySelector('small');
    if (size) size.textContent = row.entry.kind === 'file' ? humanSize(row.entry.size) : '';
    if (row.entry.kind === 'directory')
      element.setAttribute('aria-expanded', String(this.#expanded.has(row.path)));
    else element.removeAttribute('aria-expanded');
    return element;
  }

  #make({ path, entry, level }: TreeRow): HTMLElement {
    const more = make('button', { type: 'button', class: 'icon', tabindex: '-1' }, icon('more'));
    more.setAttribute('aria-label', `More for ${entry.name}`);
    const element = make(
      'li',
      {
        class: 'file-row',
        role: 'treeitem',
        'aria-level': String(level + 1),
        title: entry.name,
        tabindex: '-1',
      },
      icon('open'),
      make('span', { class: 'file-name' }, entry.name),
      make('small'),
      more,
    );
    element.style.setProperty('--level', String(level));
    attachMenu(more, () => {
      const row = this.#row(path);
      return row ? this.#events.menu(row) : [];
    });
    element.addEventListener('click', (event) => {
      if (event.target instanceof Node && more.contains(event.target)) return;
      this.#setCurrent(path);
      this.#activate(path);
    });
    return element;
  }

  #row(path: string): TreeRow | undefined {
    return this.#rows.find((row) => row.path === path);
  }

  #activate(path: string): void {
    const row = this.#row(path);
    if (!row) return;
    if (row.entry.kind === 'directory') void this.#toggle(path, !this.#expanded.has(path));
    else this.#events.opened(row);
  }

  async #toggle(path: string, expanded: boolean): Promise<void> {
    if (expanded) this.#expanded.add(path);
    else this.#expanded.delete(path);
    await this.refresh(expanded ? [path] : []);
  }

  #setCurrent(path: string): void {
    this.#current = path;
    this.#mark();
    this.#elements.get(path)?.focus();
  }

  #mark(): void {
    for (const [path, element] of this.#elements) {
      const isCurrent = path === this.#current;
      element.tabIndex = isCurrent ? 0 : -1;
      element.setAttribute('aria-selected', String(isCurrent));
    }
  }

  #key(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ path }) => path === this.#current);
    const row = this.#rows[at];
    if (!row || event.target !== this.#elements.get(row.path) || !this.#handle(event.key, row, at)) return;
    event.preventDefault();
  }

  #handle(key: string, row: TreeRow, at: number): boolean {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#rows.length - 1 }[key];
    const isOpen = this.#expanded.has(row.path);
    if (to !== undefined) this.#go(to);
    else if (key === 'Enter' || key === ' ') this.#activate(row.path);
    else if (key === 'ArrowRight' && row.entry.kind === 'directory') {
      if (isOpen) this.#go(at + 1);
      else void this.#toggle(row.path, true);
    } else if (key === 'ArrowLeft') {
      if (isOpen) void this.#toggle(row.path, false);
      else if (row.level > 0) this.#setCurrent(directoryOf(row.path));
    } else return this.#shortcut(key, row);
    return true;
  }

  /** The keys that file managers have for what the menu has, too. */
  #shortcut(key: string, row: TreeRow): boolean {
    const named = { F2: 'Rename…', Delete: 'Remove…' }[key];
    if (key === 'ContextMenu') this.#elements.get(row.path)?.querySelector('button')?.click();
    else if (named === undefined) return false;
    this.#events
      .menu(row)
      .find(({ name }) => name === named)
      ?.run();
    return true;
  }

  #go(to: number): void {
    const row = this.#rows[to];
    if (row) this.#setCurrent(row.path);
  }
}
