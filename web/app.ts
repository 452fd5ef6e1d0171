import type { WorkApi } from '../worker/protocol/work.ts';
import type { EngineApi } from '../worker/protocol/engine-api.ts';
import { showBooting } from './boot-view.ts';
import type { Booting } from './booting.ts';
import { copyText } from './terminal/clipboard.ts';
import { byId, onClick } from './dom.ts';
import type { Engine } from './engine.ts';
import { installDropZone } from './drop/drop-zone.ts';
import { installHelp, showHint } from './help.ts';
import { followHiddenLink } from './terminal/links.ts';
import { isMac } from './platform.ts';
import { installQuestions } from './question.ts';
import { resetMachine } from './reset.ts';
import { rememberScreenReader } from './terminal/screen-reader.ts';
import { installShortcuts, labelWithKeys } from './shortcuts.ts';
import type { KeyHelp, Shortcut } from './shortcuts.ts';
import { SidePanel } from './side-panel.ts';
import { onFailureAction } from './stage.ts';
import { showStorage } from './storage.ts';
import { Terminals } from './terminal/terminals.ts';
import { toggleTheme, watchTheme } from './theme.ts';

/** Wires the page to the machine in the worker. */
export function startApp(engine: Engine, booting: Booting): void {
  const reset = () => void resetMachine(engine);
  const booted = showBooting(booting);
  const terminals = new Terminals({
    engine,
    booted,
    linkFollowed: (address) => void followHiddenLink(address),
  });
  terminals.open();
  installQuestions();
  onFailureAction({ reload: () => location.reload(), reset });
  const panel = makePanel(engine, booted, terminals);
  const shortcuts = shortcutsOf(terminals, panel);
  installKeys(terminals, shortcuts);
  installTheme(terminals);
  installHelp({
    keys: [...shortcuts, ...pasteKey],
    reset,
    setScreenReader: (on) => setScreenReader(terminals, on),
    type: (command) => typeCommand(terminals, command),
    opened: () => void showStorage(engine),
  });
  takeFocus(terminals);
}

/** A Mac's browser copies and pastes with Cmd by itself; elsewhere Ctrl+C is the programs', and paste is the browser's own. */
function shortcutsOf(terminals: Terminals, panel: SidePanel): Shortcut[] {
  const copy: Shortcut = {
    key: 'C',
    shown: 'C',
    does: 'Copy the selection',
    run: () => copySelection(terminals),
  };
  return [
    newTerminal(terminals),
    { key: 'ArrowRight', shown: '→', does: 'Next terminal', run: () => terminals.step(1) },
    { key: 'ArrowLeft', shown: '←', does: 'Previous terminal', run: () => terminals.step(-1) },
    { key: 'ArrowUp', shown: '↑', does: 'Go to the tabs', run: () => terminals.focusTabs() },
    panelShortcut(panel),
    ...(isMac ? [] : [copy]),
  ];
}

const pasteKey: KeyHelp[] = isMac ? [] : [{ shown: 'V', does: 'Paste' }];

function newTerminal(terminals: Terminals): Shortcut {
  return { key: 'Enter', shown: 'Enter', does: 'New terminal', run: () => openTerminal(terminals) };
}

function openTerminal(terminals: Terminals): void {
  terminals.open();
  terminals.focus();
}

function panelShortcut(panel: SidePanel): Shortcut {
  return { key: 'ArrowDown', shown: '↓', does: 'Open or close the panel', run: () => panel.toggle() };
}

function makePanel(engine: Engine, booted: Promise<void>, terminals: Terminals): SidePanel {
  let api: Promise<EngineApi> | undefined;
  let work: Promise<WorkApi> | undefined;
  const panel = new SidePanel({
    work: () => (work ??= booted.then(() => engine.work())),
    engine: () => (api ??= booted.then(() => engine.api())),
    type: (command) => typeCommand(terminals, command),
    focusTerminal: () => terminals.focus(),
  });
  installDropZone((items) => void panel.take(items));
  labelWithKeys(byId('toggle-panel', HTMLElement), panelShortcut(panel));
  return panel;
}

function installKeys(terminals: Terminals, shortcuts: Shortcut[]): void {
  const shortcut = newTerminal(terminals);
  installShortcuts(shortcuts);
  onClick('new-terminal', () => shortcut.run());
  labelWithKeys(byId('new-terminal', HTMLElement), shortcut);
  showHint(shortcut);
}

function installTheme(terminals: Terminals): void {
  const button = byId('toggle-theme', HTMLElement);
  onClick('toggle-theme', toggleTheme);
  watchTheme((theme) => {
    button.setAttribute('aria-pressed', String(theme === 'dark'));
    terminals.forEachView((view) => view.setTheme(theme));
  });
}

function setScreenReader(terminals: Terminals, on: boolean): void {
  rememberScreenReader(on);
  terminals.forEachView((view) => view.setScreenReader(on));
}

function copySelection(terminals: Terminals): void {
  const text = terminals.shown?.selection();
  if (text) void copyText(text);
}

/** Typed, not run: who reads along decides when. */
function typeCommand(terminals: Terminals, command: string): void {
  terminals.shown?.type(command);
  terminals.focus();
}

/** A page that frames this one keeps the keyboard. */
function takeFocus(terminals: Terminals): void {
  if (window.top === window) terminals.focus();
}
