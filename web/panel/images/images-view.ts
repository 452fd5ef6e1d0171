import { showFailure } from '../failure.ts';
import { copyText } from '../../terminal/clipboard.ts';
import { make } from '../../dom.ts';
import type { DroppedItem } from '../../drop/dropped.ts';
import { ask } from '../../question.ts';
import { count, humanSize, messageOf } from '../format.ts';
import { Tasks } from '../tasks.ts';
import type { TaskPlan } from '../tasks.ts';
import type { PanelHost, PanelView } from '../view.ts';
import { archiveOfFile, archiveOfFolder } from './archive.ts';
import { follow } from './follow.ts';
import { ImageItem } from './image-item.ts';
import { Inventory } from './inventory.ts';
import type { ImageEntry } from './inventory.ts';
import { loadTask, pullTask, saveTask } from './tasks.ts';
import type { Archive } from './tasks.ts';

/** Milliseconds between looks at the clock: an image's age is told in seconds at first. */
const tick = 10_000;

/** The images, what is done with them, and what is under way. */
export class ImagesView implements PanelView {
  readonly name = 'Images';
  readonly element = make('section', { class: 'panel-view' });
  readonly #host: PanelHost;
  readonly #inventory = new Inventory();
  readonly #tasks = new Tasks();
  readonly #items = new Map<string, ImageItem>();
  readonly #list = make('ul', { class: 'images', 'aria-label': 'Images' });
  readonly #message = make('p', { class: 'panel-message' });
  readonly #failure = make('div', { class: 'panel-failure', role: 'alert' });
  readonly #foot = make('footer', { class: 'panel-foot' });
  #isFollowing = false;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#failure.hidden = true;
    setInterval(() => this.#items.forEach((item) => item.tick()), tick);
    this.element.append(
      this.#form(),
      this.#tasks.element,
      this.#failure,
      this.#message,
      this.#list,
      this.#foot,
    );
  }

  shown(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    this.#say('Waiting for the machine…');
    void this.#follow();
  }

  /** An archive, or the folder of one, to load. */
  take(item: DroppedItem): Promise<void> {
    return this.#load(item.kind === 'file' ? archiveOfFile(item.file) : archiveOfFolder(item.folder));
  }

  async #follow(): Promise<void> {
    try {
      const engine = await this.#host.engine();
      this.#say('Reading the images…');
      await follow(engine, async () => this.#show(await this.#inventory.read(engine)));
      throw new Error('The engine tells no more of its images.');
    } catch (error) {
      this.#isFollowing = false;
      this.#fail(messageOf(error));
    }
  }

  #show(images: readonly ImageEntry[]): void {
    this.#failure.hidden = true;
    const there = new Set(images.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (there.has(id)) continue;
      item.element.remove();
      this.#items.delete(id);
    }
    images.forEach((image, at) => this.#place(image, at));
    this.#say(images.length > 0 ? '' : 'No images yet');
    void this.#showFoot(images);
  }

  #place(image: ImageEntry, at: number): void {
    const known = this.#items.get(image.id);
    const item = known ?? new ImageItem(image, this.#actions);
    if (known) item.update(image);
    this.#items.set(image.id, item);
    // Moving an element takes the focus from it.
    const there = this.#list.children[at];
    if (there !== item.element) this.#list.insertBefore(item.element, there ?? null);
  }

  readonly #actions = {
    run: (image: ImageEntry) => this.#host.type(`docker run -it --rm ${shellName(image)}`),
    copyName: (image: ImageEntry) => void copyText(image.name),
    save: (image: ImageEntry) => void this.#save(image),
    remove: (image: ImageEntry) => void this.#remove(image),
  };

  async #save(image: ImageEntry): Promise<void> {
    try {
      const plan = await saveTask(await this.#host.engine(), image);
      if (plan) await this.#tasks.start(plan);
    } catch (error) {
      await this.#tasks.start({ title: `Saving ${image.name}`, run: () => Promise.reject(error) });
    }
  }

  async #remove(image: ImageEntry): Promise<void> {
    const confirmed = await ask({
      title: 'Remove this image?',
      text: `${image.names.join(', ') || image.shortId}: pulling it again fetches it again.`,
      confirm: 'Remove',
      dangerous: true,
    });
    if (!confirmed) return;
    const engine = await this.#host.engine();
    const names = image.names.length > 0 ? image.names : [image.id];
    try {
      for (const name of names) await engine.imageDelete(name);
    } catch (error) {
      await this.#tasks.start({ title: `Removing ${image.name}`, run: () => Promise.reject(error) });
    }
  }

  #load(archive: Archive): Promise<void> {
    return this.#begin(async () => loadTask(await this.#host.engine(), archive), `Loading ${archive.name}`);
  }

  #pull(name: string): Promise<void> {
    return this.#begin(async () => pullTask(await this.#host.engine(), name), `Pulling ${name}`);
  }

  /** The engine may still be starting, which is part of the work. */
  #begin(plan: () => Promise<TaskPlan>, title: string): Promise<void> {
    return this.#tasks.start({ title, run: async (report, signal) => (await plan()).run(report, signal) });
  }

  #form(): HTMLElement {
    const name = make('input', {
      class: 'field',
      id: 'pull-name',
      placeholder: 'alpine:3.20',
      'aria-label': 'Image to pull',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      maxlength: '500',
    });
    const files = make('input', {
      type: 'file',
      multiple: '',
      'aria-label': 'Image archives',
      tabindex: '-1',
    });
    files.hidden = true;
    files.addEventListener('change', () => {
      for (const file of files.files ?? []) void this.#load(archiveOfFile(file));
      files.value = '';
    });
    const load = make(
      'button',
      { type: 'button', class: 'button', title: 'From a docker save file' },
      'Load…',
    );
    load.addEventListener('click', () => files.click());
    const pull = make('button', { type: 'submit', class: 'button primary' }, 'Pull');
    const form = make('form', { class: 'pull-form' }, name, pull, load, files);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const wanted = name.value.trim();
      if (wanted === '') return name.focus();
      name.value = '';
      void this.#pull(wanted);
    });
    return form;
  }

  #say(text: string): void {
    this.#message.hidden = text === '';
    if (text !== 'No images yet') this.#message.textContent = text;
    else
      this.#message.replaceChildren(
        make('b', {}, text),
        'Pull one by its name, or drop a docker save file or the folder of an OCI layout on this page.',
      );
  }

  #fail(reason: string): void {
    this.#message.hidden = true;
    showFailure(this.#failure, `The images cannot be read: ${reason}`, () => this.shown());
  }

  async #showFoot(images: readonly ImageEntry[]): Promise<void> {
    const { usage, quota } = await navigator.storage
      .estimate()
      .catch(() => ({ usage: undefined, quota: undefined }));
    const storage =
      usage === undefined || quota === undefined ? '' : `${humanSize(usage)} of ${humanSize(quota)} stored`;
    this.#foot.replaceChildren(make('span', {}, count(images.length, 'image')), make('span', {}, storage));
  }
}

/** Names of images are safe in a shell; whatever were not is called by its ID. */
function shellName({ name, id }: ImageEntry): string {
  return /^[\w./:@-]+$/.test(name) ? name : id;
}
