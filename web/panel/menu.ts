import { make } from '../dom.ts';

export interface MenuItem {
  name: string;
  dangerous?: boolean;
  run(): void;
}

/** The menu button pattern (https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/); items are asked for when it opens. */
export function attachMenu(button: HTMLElement, items: () => MenuItem[]): void {
  button.setAttribute('aria-haspopup', 'menu');
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => openMenu(button, items()));
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    openMenu(button, items());
  });
}

function openMenu(button: HTMLElement, items: MenuItem[]): void {
  const menu = make('div', { class: 'menu', role: 'menu', popover: 'auto' });
  const label = button.getAttribute('aria-label');
  if (label) menu.setAttribute('aria-label', label);
  for (const item of items) menu.append(menuItem(menu, button, item));
  // Where it is in the tree decides what the keyboard comes to after it.
  button.after(menu);
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'closed') closed(menu, button);
  });
  menu.addEventListener('keydown', (event) => moveInMenu(menu, event));
  menu.showPopover();
  place(menu, button);
  button.setAttribute('aria-expanded', 'true');
  menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
}

function menuItem(menu: HTMLElement, button: HTMLElement, wanted: MenuItem): HTMLElement {
  const { name, dangerous } = wanted;
  const item = make('button', { type: 'button', role: 'menuitem', tabindex: '-1' }, name);
  if (dangerous) item.classList.add('danger');
  item.addEventListener('click', () => {
    menu.hidePopover();
    button.focus();
    wanted.run();
  });
  return item;
}

function closed(menu: HTMLElement, button: HTMLElement): void {
  if (menu.contains(document.activeElement)) button.focus();
  button.setAttribute('aria-expanded', 'false');
  menu.remove();
}

function place(menu: HTMLElement, button: HTMLElement): void {
  const { right, bottom, top } = button.getBoundingClientRect();
  const below = bottom + 4 + menu.offsetHeight <= innerHeight;
  menu.style.left = `${Math.max(4, right - menu.offsetWidth)}px`;
  menu.style.top = `${below ? bottom + 4 : Math.max(4, top - 4 - menu.offsetHeight)}px`;
}

function moveInMenu(menu: HTMLElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.findIndex((item) => item === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === 'Escape' || event.key === 'Tab') menu.hidePopover();
  if (event.key === 'Escape') event.preventDefault();
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}
