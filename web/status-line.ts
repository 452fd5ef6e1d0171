import { byId } from './dom.ts';
import type { StatusView } from './status-text.ts';

/** The line at the foot of the page, and its words for a screen reader. */
export function showStatus(view: StatusView): void {
  const line = byId('status-text', HTMLElement);
  line.textContent = view.text;
  line.title = view.text;
  byId('status', HTMLElement).dataset['tone'] = view.tone;
  showProgress(view.progress);
  announce(view.announcement);
}

/** Said once however often it is shown. */
export function announce(text: string): void {
  const announcer = byId('announcer', HTMLElement);
  if (announcer.textContent !== text) announcer.textContent = text;
}

function showProgress(progress: StatusView['progress']): void {
  const bar = byId('progress', HTMLElement);
  bar.hidden = progress === undefined;
  bar.classList.toggle('unknown', progress === 'unknown');
  if (typeof progress !== 'number') return bar.removeAttribute('aria-valuenow');
  bar.setAttribute('aria-valuenow', String(Math.round(progress * 100)));
  bar.style.setProperty('--progress', String(progress));
}
