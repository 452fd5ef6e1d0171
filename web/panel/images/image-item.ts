import { icon, make } from '../../dom.ts';
import { ago, count, humanSize } from '../format.ts';
import { attachMenu } from '../menu.ts';
import type { ImageEntry, ImageLayer } from './inventory.ts';

export interface ImageActions {
  run(image: ImageEntry): void;
  save(image: ImageEntry): void;
  copyName(image: ImageEntry): void;
  remove(image: ImageEntry): void;
}

/** An image in the list. It stays the same element for as long as the image is there, so that focus stays in it. */
export class ImageItem {
  readonly element: HTMLElement;
  readonly #name = make('span', { class: 'image-name' });
  readonly #facts = make('span', { class: 'image-facts' });
  readonly #details = make('div', { class: 'image-details' });
  readonly #head: HTMLElement;
  readonly #run = make('button', { type: 'button', class: 'button small' }, 'Run');
  readonly #more = make('button', { type: 'button', class: 'icon' }, icon('more'));
  #image: ImageEntry;

  constructor(image: ImageEntry, actions: ImageActions) {
    this.#image = image;
    const id = `image-${image.shortId}`;
    this.#details.id = id;
    this.#details.hidden = true;
    const words = make('span', { class: 'image-words' }, this.#name, this.#facts);
    this.#head = make(
      'button',
      { type: 'button', class: 'image-head', 'aria-expanded': 'false', 'aria-controls': id },
      icon('open'),
      words,
    );
    this.#head.addEventListener('click', () => this.#toggle());
    this.#run.addEventListener('click', () => actions.run(this.#image));
    attachMenu(this.#more, () => [
      { name: 'Save to a file…', run: () => actions.save(this.#image) },
      { name: 'Copy the name', run: () => actions.copyName(this.#image) },
      { name: 'Remove…', dangerous: true, run: () => actions.remove(this.#image) },
    ]);
    const row = make('div', { class: 'image-row' }, this.#head, this.#run, this.#more);
    this.element = make('li', { class: 'image' }, row, this.#details);
    this.update(image);
  }

  update(image: ImageEntry): void {
    this.#image = image;
    this.#name.textContent = image.names.join(', ') || `<none> ${image.shortId}`;
    this.#name.title = this.#name.textContent;
    this.#name.classList.toggle('nameless', image.names.length === 0);
    this.#facts.textContent = facts(image);
    this.#run.setAttribute('aria-label', `Run ${image.name}`);
    this.#more.setAttribute('aria-label', `More for ${image.name}`);
    if (!this.#details.hidden) this.#fill();
  }

  /** Time has gone by. */
  tick(): void {
    this.#facts.textContent = facts(this.#image);
  }

  #toggle(): void {
    this.#details.hidden = !this.#details.hidden;
    this.#head.setAttribute('aria-expanded', String(!this.#details.hidden));
    if (!this.#details.hidden) this.#fill();
  }

  #fill(): void {
    const image = this.#image;
    this.#details.replaceChildren(
      make('dl', {}, ...described(image)),
      make('h4', {}, `${count(image.layers.length, 'layer')}, the lowest first`),
      make('ol', {}, ...image.layers.map(layerItem)),
    );
  }
}

function facts(image: ImageEntry): string {
  const running = image.containers.filter(({ state }) => state === 'running').length;
  const use = image.containers.length > 0 ? [`in use by ${image.containers.length}`] : [];
  return [
    humanSize(image.size),
    count(image.layers.length, 'layer'),
    ago(image.created, Date.now() / 1000),
    ...(running > 0 ? [`${running} running`] : use),
  ].join(' · ');
}

function described(image: ImageEntry): HTMLElement[] {
  const rows: [string, string][] = [
    ['ID', image.shortId],
    ['Created', new Date(image.created * 1000).toLocaleString()],
    ['Its own', image.uniqueSize === undefined ? 'unknown' : humanSize(image.uniqueSize)],
    [
      'Shares',
      image.sharedWith.map(({ name, layers }) => `${count(layers, 'layer')} with ${name}`).join(', ') ||
        'nothing',
    ],
    ['Used by', image.containers.map(({ name, state }) => `${name} (${state})`).join(', ') || 'no container'],
  ];
  return rows.flatMap(([term, text]) => [make('dt', {}, term), make('dd', {}, text)]);
}

function layerItem({ diffId, createdBy, size, isShared }: ImageLayer): HTMLElement {
  const made = createdBy || diffId;
  return make(
    'li',
    { class: 'image-layer', title: made },
    make('code', {}, made.replace(/^\/bin\/sh -c (#\(nop\) *)?/, '')),
    make(
      'span',
      {},
      ...(isShared ? [make('span', { class: 'shared' }, 'shared')] : []),
      size < 0 ? '' : humanSize(size),
    ),
  );
}
