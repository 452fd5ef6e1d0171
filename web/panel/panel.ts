import { icon, make } from '../dom.ts';
import type { DroppedItem } from '../drop/dropped.ts';
import { ImagesView } from './images/images-view.ts';
import type { PanelHost, PanelView } from './view.ts';
import { ViewTabs } from './view-tabs.ts';
import '../styles/images.css';

export interface Panel {
  focus(): void;
  take(items: readonly DroppedItem[]): void;
}

/** Fills the panel. */
export function createPanel(body: HTMLElement, host: PanelHost & { close(): void }): Panel {
  const images = new ImagesView(host);
  const views: PanelView[] = [images];
  const tabs = new ViewTabs(views);
  const close = make(
    'button',
    { type: 'button', class: 'icon', 'aria-label': 'Close the panel' },
    icon('close'),
  );
  close.addEventListener('click', () => host.close());
  const head = make('div', { class: 'panel-head' }, tabs.element, close);
  body.append(head, ...views.map(({ element }) => element));
  tabs.show(images);
  return {
    focus: () => tabs.focus(),
    take: (items) => {
      tabs.show(images);
      images.take(items);
    },
  };
}
