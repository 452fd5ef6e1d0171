import { isMac } from './platform.ts';

/** A key as it is shown to people, held with {@link modifiers}. */
export interface KeyHelp {
  shown: string;
  does: string;
}

export interface Shortcut extends KeyHelp {
  /** As `KeyboardEvent.key` has it. */
  key: string;
  run(): void;
}

/** Ctrl+Shift is what terminals keep for themselves: programs cannot tell it from Ctrl. Macs have Cmd. */
export const modifiers: string[] = isMac ? ['⌘', '⇧'] : ['Ctrl', 'Shift'];

export function installShortcuts(shortcuts: Shortcut[]): void {
  const handle = (event: KeyboardEvent) => {
    const shortcut = hasModifiers(event) && shortcuts.find(({ key }) => isKey(event, key));
    if (!shortcut || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    event.stopPropagation();
    shortcut.run();
  };
  // Before xterm sees the key.
  document.addEventListener('keydown', handle, { capture: true });
}

function hasModifiers(event: KeyboardEvent): boolean {
  const [command, other] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  return command && event.shiftKey && !event.altKey && !other;
}

function isKey(event: KeyboardEvent, key: string): boolean {
  // A keyboard of another script has no "C" but where it is printed.
  const isLatin = event.key.charCodeAt(0) < 0x80;
  return isLatin ? event.key.toLowerCase() === key.toLowerCase() : event.code === `Key${key}`;
}

export function labelWithKeys(button: HTMLElement, { shown, does }: KeyHelp): void {
  button.title = `${does} (${[...modifiers, shown].join(isMac ? ' ' : '+')})`;
}
