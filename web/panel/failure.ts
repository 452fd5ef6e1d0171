import { make } from '../dom.ts';

/** Shows why a view has nothing to show, and a way to try again, which hides it. */
export function showFailure(place: HTMLElement, reason: string, tryAgain: () => void): void {
  const again = make('button', { type: 'button', class: 'button small' }, 'Try again');
  again.addEventListener('click', () => {
    place.hidden = true;
    tryAgain();
  });
  place.replaceChildren(make('p', {}, reason), again);
  place.hidden = false;
}
