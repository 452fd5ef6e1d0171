import { byId, make } from './dom.ts';

/** Puts the page away and says what it would have needed. */
export function showUnsupported(missing: string[]): void {
  document.documentElement.className = 'unsupported';
  byId('missing', HTMLElement).hidden = missing.length === 0;
  byId('missing-list', HTMLUListElement).replaceChildren(...missing.map((name) => make('li', {}, name)));
}
