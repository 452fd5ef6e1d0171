import type { WorkApi } from '../../../worker/protocol/work.ts';
import { icon, make } from '../../dom.ts';
import { ask } from '../../question.ts';
import { announce } from '../../status-line.ts';
import { messageOf } from '../format.ts';
import { isMac } from '../../platform.ts';
import type { CodeEditor } from './code-editor.ts';
import { baseName } from './paths.ts';

const largest = 2_000_000;

/** One open file: its text, whether it is saved, and what the machine does to it meanwhile. */
export class EditorPane {
  readonly element = make('section', { class: 'editor', 'aria-label': 'Editor' });
  readonly #name = make('span', { class: 'editor-name' });
  readonly #state = make('span', { class: 'editor-state', role: 'status' });
  readonly #notice = make('div', { class: 'editor-notice', role: 'alert' });
  readonly #text = make('div', { class: 'editor-text' });
  readonly #closed: () => void;
  #work: WorkApi | undefined;
  #editor: CodeEditor | undefined;
  #path = '';
  /** As the file was when it was last read or written. */
  #saved = '';

  constructor(closed: () => void) {
    this.#closed = closed;
    this.element.hidden = true;
    this.#notice.hidden = true;
    const save = make(
      'button',
      { type: 'button', class: 'button small', title: isMac ? '⌘ S' : 'Ctrl+S' },
      'Save',
    );
    save.addEventListener('click', () => void this.save());
    const close = make(
      'button',
      { type: 'button', class: 'icon', 'aria-label': 'Close the file' },
      icon('close'),
    );
    close.addEventListener('click', () => void this.close());
    const head = make('header', { class: 'editor-head' }, this.#name, this.#state, save, close);
    this.element.append(head, this.#notice, this.#text);
  }

  get path(): string {
    return this.#path;
  }

  get isDirty(): boolean {
    return this.#editor !== undefined && this.#editor.text !== this.#saved;
  }

  /** Rejects when it is no text. False when the person keeps what is open. */
  async open(work: WorkApi, path: string): Promise<boolean> {
    if (path === this.#path) this.#editor?.focus();
    if (path === this.#path) return true;
    if (!(await this.#mayLeave())) return false;
    const [text, { createCodeEditor }] = await Promise.all([
      readText(work, path),
      import('./code-editor.ts'),
    ]);
    this.#editor?.dispose();
    this.#text.replaceChildren();
    Object.assign(this.element, { hidden: false });
    this.#work = work;
    this.#path = path;
    this.#saved = text;
    this.#name.textContent = path;
    this.#name.title = `/root/work/${path}`;
    this.#editor = createCodeEditor(this.#text, {
      name: baseName(path),
      text,
      changed: () => this.#mark(),
      save: () => void this.save(),
    });
    // Line ends that are mixed are made one: that is no change of the person's.
    this.#saved = this.#editor.text;
    this.#hush();
    this.#mark();
    this.#editor.focus();
    return true;
  }

  async save(): Promise<void> {
    const text = this.#editor?.text;
    if (text === undefined || !this.#work) return;
    try {
      await this.#work.write(this.#path, new TextEncoder().encode(text));
      this.#saved = text;
      this.#hush();
      announce(`Saved ${baseName(this.#path)}`);
    } catch (error) {
      this.#say(`Not saved. ${messageOf(error)}`);
    }
    this.#mark();
  }

  /** False when the person would rather not lose what is not saved. */
  async close(): Promise<boolean> {
    if (!(await this.#mayLeave())) return false;
    this.#editor?.dispose();
    this.#editor = undefined;
    this.#path = '';
    this.element.hidden = true;
    this.#closed();
    return true;
  }

  /** It has another name now. */
  renamed(path: string): void {
    this.#path = path;
    this.#name.textContent = path;
  }

  /** Something in its directory has changed: shows what it is now, unless the person has changed it too. */
  async follow(): Promise<void> {
    if (!this.#work || !this.#editor) return;
    const [path, saved] = [this.#path, this.#saved];
    const text = await readText(this.#work, path).catch(() => undefined);
    if (path !== this.#path) return;
    // Saved or read meanwhile: what was read here may be older.
    if (saved !== this.#saved) return this.follow();
    if (text === undefined) return this.#say('It is not there any more. Saving makes it anew.');
    if (normal(text) === normal(this.#saved)) return;
    if (!this.isDirty) return this.#reload(text);
    const reload = make('button', { type: 'button', class: 'button small' }, 'Take theirs');
    reload.addEventListener('click', () => this.#reload(text));
    this.#say('It was changed in the machine, too. Saving overwrites that.', reload);
  }

  #reload(text: string): void {
    this.#editor?.replace(text);
    this.#saved = this.#editor?.text ?? text;
    this.#hush();
    this.#mark();
  }

  async #mayLeave(): Promise<boolean> {
    if (!this.isDirty) return true;
    return ask({
      title: 'Discard the changes?',
      text: `${this.#path} is not saved.`,
      confirm: 'Discard',
      dangerous: true,
    });
  }

  #mark(): void {
    this.#state.textContent = this.isDirty ? '● not saved' : '';
  }

  #say(text: string, ...actions: HTMLElement[]): void {
    this.#notice.replaceChildren(text, ...actions);
    this.#notice.hidden = false;
  }

  #hush(): void {
    this.#notice.hidden = true;
  }
}

function normal(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

async function readText(work: WorkApi, path: string): Promise<string> {
  const bytes = await work.read(path);
  if (bytes.length > largest) throw new Error(`${baseName(path)} is too large to be edited here.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${baseName(path)} is no text.`);
  }
}
