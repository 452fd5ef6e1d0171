import type { StorageStatus } from '../worker/protocol/page.ts';
import { byId } from './dom.ts';
import type { Engine } from './engine.ts';

let asked = false;

/**
 * Asks the browser once not to throw away what this page keeps. Some browsers ask the person: so it is done when there is
 * something worth keeping, which somebody has just asked for.
 */
export function askToKeep(): void {
  if (asked) return;
  asked = true;
  // A refusal changes nothing: the images stay for as long as the browser pleases.
  void navigator.storage.persist().catch(() => false);
}

/** Shows in the help what is kept. */
export async function showStorage(engine: Engine): Promise<void> {
  const place = byId('storage', HTMLElement);
  try {
    place.textContent = describeStorage(await engine.storage());
  } catch {
    place.textContent = '';
  }
}

export function describeStorage({ usage, quota, persisted }: StorageStatus): string {
  const kept = persisted
    ? 'The browser keeps it until it is removed.'
    : 'The browser may remove it when the disk is full.';
  return `Images and their layers take ${size(usage)} of the ${size(quota)} that this page may use. ${kept}`;
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
