import { byId } from '../dom.ts';
import { droppedItems } from './dropped.ts';
import type { DroppedItem } from './dropped.ts';

/** Takes files and folders wherever on the page they are dropped; text goes on to whatever is below. */
export function installDropZone(take: (items: DroppedItem[]) => void): void {
  const zone = byId('drop-zone', HTMLElement);
  byId('drop-hint', HTMLElement).textContent =
    'Drop an image archive (docker save, OCI layout) to load it, or files and folders to work on them in /root/work';
  const over = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.hidden = false;
  };
  addEventListener('dragenter', over);
  addEventListener('dragover', over);
  // Leaving the window has nothing that is entered instead.
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) zone.hidden = true;
  });
  addEventListener('drop', (event) => {
    zone.hidden = true;
    if (!event.dataTransfer || !carriesFiles(event)) return;
    event.preventDefault();
    void droppedItems(event.dataTransfer).then(take);
  });
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}
