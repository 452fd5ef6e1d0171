import { readPreference, writePreference } from './preferences.ts';

export type Theme = 'light' | 'dark';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<(theme: Theme) => void>();

const systemTheme = (): Theme => (systemIsDark.matches ? 'dark' : 'light');

function chosenTheme(): Theme | null {
  const chosen = readPreference('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : null;
}

export function currentTheme(): Theme {
  const shown = document.documentElement.dataset['theme'];
  return shown === 'light' || shown === 'dark' ? shown : systemTheme();
}

/** Choosing what the system has anyway means following the system again. */
export function toggleTheme(): void {
  const next: Theme = currentTheme() === 'dark' ? 'light' : 'dark';
  const override = next === systemTheme() ? null : next;
  writePreference('theme', override);
  apply(override);
}

/** Calls now and at every change. */
export function watchTheme(listener: (theme: Theme) => void): void {
  listeners.add(listener);
  listener(currentTheme());
}

function apply(override: Theme | null): void {
  if (override) document.documentElement.dataset['theme'] = override;
  else delete document.documentElement.dataset['theme'];
  for (const listener of listeners) listener(currentTheme());
}

systemIsDark.addEventListener('change', () => apply(chosenTheme()));
// Another tab of this page may be where the toggle was used.
addEventListener('storage', () => apply(chosenTheme()));
