/** What a person chose on this page, kept for the next visit. A frame that may not use storage just forgets. */
export type Preference = 'theme' | 'screen-reader' | 'panel-width';

const key = (name: Preference) => `bottleship.${name}`;

export function readPreference(name: Preference): string | null {
  try {
    return localStorage.getItem(key(name));
  } catch {
    return null;
  }
}

export function writePreference(name: Preference, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key(name));
    else localStorage.setItem(key(name), value);
  } catch {
    // Storage is full or refused: the choice holds until the page is closed.
  }
}
