/**
 * Looks at the terminal from inside the page, without help from the page's own code. Two moments are told apart:
 * - parsed: xterm has taken the bytes into its buffer. The page then answers the worker's `output` call, a message of
 *   comlink's that is seen when it is posted.
 * - painted: xterm's DOM renderer has written the rows, in the animation frame after it.
 * All times are `performance.now()` of the page: 0 is the start of the navigation.
 */
export interface Drawn {
  /** The last key's event, as the browser stamped it. */
  key: number;
  /** The first output after that key was parsed. */
  echoed: number;
  /** The last output before the line was painted was parsed. */
  parsed: number;
  painted: number;
}

export interface Probe {
  /** Resolves when the last line that is not empty matches: when it was painted, which may be long ago. */
  until(pattern: string): Promise<Drawn>;
}

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a global
  var benchProbe: Probe;
}

/** Runs in the page before its own code; refers to nothing outside but the functions that go into the script with it. */
function installProbe(): void {
  let [key, echoed, parsed] = [0, 0, 0];
  let line = '';
  let drawn: Drawn = { key, echoed, parsed, painted: 0 };
  let wanted: { pattern: RegExp; found: (drawn: Drawn) => void } | undefined;

  const check = (): void => {
    if (!wanted?.pattern.test(line)) return;
    wanted.found(drawn);
    wanted = undefined;
  };
  const onKey = ({ timeStamp }: KeyboardEvent): void => {
    key = timeStamp;
    echoed = 0;
  };
  const onAnswer = (): void => {
    parsed = performance.now();
    echoed ||= parsed;
  };
  const onDraw = (): void => {
    const now = lastLine();
    if (now === line) return;
    line = now;
    drawn = { key, echoed, parsed, painted: performance.now() };
    check();
  };

  globalThis.benchProbe = {
    until: (pattern) =>
      new Promise((found) => {
        wanted = { pattern: new RegExp(pattern), found };
        check();
      }),
  };
  addEventListener('keydown', onKey, { capture: true });
  watchAnswers(onAnswer);
  new MutationObserver(onDraw).observe(document, { subtree: true, childList: true, characterData: true });
}

function lastLine(): string {
  const rows = document.querySelector('.terminal-panel:not([hidden]) .xterm-rows')?.children ?? [];
  for (let at = rows.length - 1; at >= 0; at--) {
    const text = rows[at]?.textContent?.replaceAll('\u00a0', ' ').trimEnd();
    if (text) return text;
  }
  return '';
}

/** Comlink's calls have a path, their answers have none. */
function watchAnswers(onAnswer: () => void): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the port it was called on
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...args: unknown[]): void {
    const [message] = args;
    if (typeof message === 'object' && message && 'id' in message && !('path' in message)) onAnswer();
    Reflect.apply(postMessage, this, args);
  };
}

/** To be run in the page before its own code. tsx keeps functions' names by a helper that the page lacks. */
export const probeScript = [
  'globalThis.__name = (named) => named;',
  ...[lastLine, watchAnswers].map(String),
  `(${installProbe.toString()})();`,
].join('\n');
