import { connectEngine } from './engine.ts';
import { TerminalSession } from './terminal-session.ts';

export function startApp(worker: Worker): void {
  const engine = connectEngine(worker);
  const status = document.querySelector('#status');
  const booted = engine.boot((now) => {
    if (status) status.textContent = JSON.stringify(now);
  });
  const host = document.querySelector<HTMLElement>('#stage');
  if (!host) return;
  const session = new TerminalSession(host, engine, booted, {
    started: () => {},
    exited: () => {},
    titled: () => {},
    linkFollowed: () => {},
  });
  session.view.focus();
}
