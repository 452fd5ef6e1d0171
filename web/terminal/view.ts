import { FitAddon } from '@xterm/addon-fit';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { ITerminalOptions } from '@xterm/xterm';
import type { TerminalSize } from '../../worker/protocol/agent.ts';
import { openLink } from './links.ts';
import { palette } from './palette.ts';
import { currentTheme } from '../theme.ts';
import type { Theme } from '../theme.ts';
import { webglRenderer } from './webgl.ts';

export interface TerminalViewEvents {
  /** Keys, pastes and answers of the terminal itself, as bytes. */
  input(bytes: Uint8Array): void;
  resized(size: TerminalSize): void;
  /** What the program calls its terminal: text nobody has checked. */
  titled(title: string): void;
  /** An address hidden behind other text: the person decides. */
  linkFollowed(address: string): void;
}

/** An emulated terminal in an element of the page. What programs print goes nowhere but into xterm's parser. */
export interface TerminalView {
  readonly size: TerminalSize;
  /** Resolves when the bytes have been parsed. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** As if it were typed. */
  type(text: string): void;
  selection(): string;
  focus(): void;
  shown(): void;
  setTheme(theme: Theme): void;
  setScreenReader(on: boolean): void;
  dispose(): void;
}

const encoder = new TextEncoder();

export function createTerminalView(host: HTMLElement, events: TerminalViewEvents): TerminalView {
  const terminal = new Terminal(options(events));
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon((_, address) => openLink(address)));
  terminal.open(host);
  const renderer = webglRenderer(terminal);
  forward(terminal, events);
  const stopFitting = fitTo(host, fit);
  return {
    get size() {
      return { rows: terminal.rows, cols: terminal.cols };
    },
    write: (bytes) => new Promise((parsed) => terminal.write(bytes, parsed)),
    type: (text) => terminal.input(text),
    selection: () => terminal.getSelection(),
    focus: () => terminal.focus(),
    shown: () => renderer.attach(),
    setTheme: (theme) => void (terminal.options.theme = palette[theme]),
    setScreenReader: (on) => void (terminal.options.screenReaderMode = on),
    dispose: () => {
      stopFitting();
      terminal.dispose();
    },
  };
}

function options(events: TerminalViewEvents): ITerminalOptions {
  return {
    theme: palette[currentTheme()],
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: 14,
    lineHeight: 1.2,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    cursorStyle: 'block',
    cursorInactiveStyle: 'outline',
    minimumContrastRatio: 4.5,
    scrollback: 5000,
    macOptionIsMeta: true,
    rescaleOverlappingGlyphs: true,
    linkHandler: { activate: (_, address) => events.linkFollowed(address) },
  };
}

function forward(terminal: Terminal, events: TerminalViewEvents): void {
  terminal.onData((text) => events.input(encoder.encode(text)));
  // Old mouse reports hold bytes above 127 that are no text.
  terminal.onBinary((bytes) => events.input(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
  terminal.onResize(({ rows, cols }) => events.resized({ rows, cols }));
  terminal.onTitleChange((title) => events.titled(title));
}

/** A hidden terminal has no box; it is fitted when it is shown, which the observer sees too. */
function fitTo(host: HTMLElement, fit: FitAddon): () => void {
  const refit = () => {
    if (host.clientWidth > 0) fit.fit();
  };
  const observer = new ResizeObserver(refit);
  observer.observe(host);
  refit();
  return () => observer.disconnect();
}
