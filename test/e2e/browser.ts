import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Chromium here speaks to nobody but the page: no updates, no sync, no look-ups of its maker's hosts. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
];

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser the tests drive: `CHROMIUM` in the environment, or where Debian puts it. */
export function findBrowser(): string {
  const chosen = process.env['CHROMIUM'];
  const found = (chosen ? [chosen] : candidates).find((path) => existsSync(path));
  if (found) return found;
  const tried = chosen ?? candidates.join(', ');
  throw new Error(
    `No browser at ${tried}. Install one (Debian: apt-get install chromium) or set CHROMIUM to its path.`,
  );
}

/** A headless browser with an empty profile of its own; close it when done. */
export function launchBrowser(flags: string[] = []): Promise<Browser> {
  // Chromium's sandbox refuses to start for root, which CI is.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: findBrowser(),
    headless: true,
    args: [...quiet, ...sandbox, ...flags],
  });
}
