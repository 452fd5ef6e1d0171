import { showFailure } from '../failure.ts';
import type { BuildView, EngineApi } from '../../../worker/protocol/engine-api.ts';
import { make } from '../../dom.ts';
import { announce } from '../../status-line.ts';
import { messageOf } from '../format.ts';
import type { PanelHost, PanelView } from '../view.ts';
import { BuildCard } from './build-card.ts';
import { layerSizes } from './step-text.ts';

/** Milliseconds between what is shown. */
const pace = 50;

/** Builds as they go, whoever has started them. */
export class BuildsView implements PanelView {
  readonly name = 'Builds';
  readonly element = make('section', { class: 'panel-view' });
  readonly #host: PanelHost;
  readonly #message = make('p', { class: 'panel-message' });
  readonly #failure = make('div', { class: 'panel-failure', role: 'alert' });
  readonly #list = make('ul', { class: 'tasks builds', 'aria-label': 'Builds' });
  readonly #cards = new Map<number, BuildCard>();
  #isFollowing = false;

  constructor(host: PanelHost) {
    this.#host = host;
    this.#failure.hidden = true;
    this.element.append(this.#failure, this.#message, this.#list);
  }

  shown(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    this.#message.textContent = 'Waiting for the machine…';
    void this.#follow();
  }

  async #follow(): Promise<void> {
    try {
      const engine = await this.#host.engine();
      const builds = await engine.buildWatch();
      this.#message.replaceChildren(make('b', {}, 'No builds yet'), 'docker build shows its steps here.');
      for await (const build of builds) {
        this.#show(engine, build);
        // A program may print faster than anybody reads.
        await new Promise((resolve) => setTimeout(resolve, pace));
      }
      throw new Error('The engine tells no more of its builds.');
    } catch (error) {
      this.#isFollowing = false;
      this.#fail(messageOf(error));
    }
  }

  #show(engine: EngineApi, build: BuildView): void {
    this.#message.hidden = true;
    const card = this.#cards.get(build.number) ?? this.#add(engine, build.number);
    card.show(build);
    if (build.completed === undefined) return;
    announce(build.failure === undefined ? `Built ${build.title}` : `Build of ${build.title} failed`);
    if (build.image !== undefined) void showSizes(engine, build.image, card);
  }

  #add(engine: EngineApi, number: number): BuildCard {
    // It fails only with the engine itself, of which the builds' own stream tells.
    const cancel = (id: string) => void engine.buildCancel(id).catch(() => undefined);
    const card = new BuildCard({ cancel });
    this.#cards.set(number, card);
    this.#list.prepend(card.element);
    return card;
  }

  #fail(reason: string): void {
    this.#message.hidden = true;
    showFailure(this.#failure, `The builds cannot be followed: ${reason}`, () => this.shown());
  }
}

/** An image that was removed at once has none. */
async function showSizes(engine: EngineApi, image: string, card: BuildCard): Promise<void> {
  const history = await engine.imageHistory(image).catch(() => []);
  card.showSizes(layerSizes(history));
}
