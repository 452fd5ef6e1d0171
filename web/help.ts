import { byId, make, onClick } from './dom.ts';
import { isScreenReaderOn } from './terminal/screen-reader.ts';
import { modifiers } from './shortcuts.ts';
import type { KeyHelp } from './shortcuts.ts';

const commands: [command: string, does: string][] = [
  ['docker run hello-world', 'Run your first container'],
  ['docker run -it --rm busybox sh', 'Look around inside one; exit leaves it'],
  ['docker ps -a', 'List what there is'],
];

export interface HelpOptions {
  keys: KeyHelp[];
  /** Puts the command at the prompt; running it is left to the person. */
  type(command: string): void;
  reset(): void;
  /** The help is being shown. */
  opened(): void;
  setScreenReader(on: boolean): void;
}

export function installHelp(options: HelpOptions): void {
  const dialog = byId('help', HTMLDialogElement);
  onClick('open-help', () => {
    dialog.showModal();
    options.opened();
  });
  onClick('help-close', () => dialog.close());
  onClick('reset', () => {
    dialog.close();
    options.reset();
  });
  fillCommands(dialog, options);
  fillKeys(options.keys);
  connectScreenReader(options);
}

function fillCommands(dialog: HTMLDialogElement, options: HelpOptions): void {
  const rows = commands.map(([command, does]) => {
    const button = make(
      'button',
      { type: 'button', class: 'command' },
      make('code', {}, command),
      make('span', {}, does),
    );
    button.addEventListener('click', () => {
      dialog.close();
      options.type(command);
    });
    return make('li', {}, button);
  });
  byId('help-commands', HTMLUListElement).replaceChildren(...rows);
}

function fillKeys(keys: KeyHelp[]): void {
  const rows = keys.map(({ shown, does }) =>
    make('div', {}, make('dt', {}, ...keyCaps(shown)), make('dd', {}, does)),
  );
  byId('help-keys', HTMLElement).replaceChildren(...rows);
}

function keyCaps(key: string): HTMLElement[] {
  return [...modifiers, key].map((name) => make('kbd', {}, name));
}

/** One shortcut at the foot of the page, where there is room. */
export function showHint({ shown, does }: KeyHelp): void {
  byId('hint', HTMLElement).replaceChildren(...keyCaps(shown), ` ${does.toLowerCase()}`);
}

function connectScreenReader(options: HelpOptions): void {
  const box = byId('screen-reader', HTMLInputElement);
  box.checked = isScreenReaderOn();
  box.addEventListener('change', () => options.setScreenReader(box.checked));
}
