import { icon, make } from '../dom.ts';
import type { DroppedItem } from '../drop/dropped.ts';
import { BuildsView } from './builds/builds-view.ts';
import { FilesView } from './files/files-view.ts';
import { isArchive, isImageLayout } from './images/archive.ts';
import { ImagesView } from './images/images-view.ts';
import type { PanelHost, PanelView } from './view.ts';
import { ViewTabs } from './view-tabs.ts';
import '../styles/images.css';
import '../styles/files.css';
import '../styles/builds.css';

export interface Panel {
  focus(): void;
  take(items: readonly DroppedItem[]): void;
}

/** Fills the panel. */
export function createPanel(body: HTMLElement, host: PanelHost & { close(): void }): Panel {
  const images = new ImagesView(host);
  const files = new FilesView(host);
  const builds = new BuildsView(host);
  const views: PanelView[] = [images, files, builds];
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
  const take = async (item: DroppedItem) => {
    const view = (await isForImages(item)) ? images : files;
    tabs.show(view);
    await view.take(item);
  };
  return {
    focus: () => tabs.focus(),
    take: (items) => {
      for (const item of items) void take(item);
    },
  };
}

function isForImages(item: DroppedItem): Promise<boolean> {
  return item.kind === 'file' ? isArchive(item.file) : isImageLayout(item.folder);
}
