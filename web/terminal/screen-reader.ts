import { readPreference, writePreference } from '../preferences.ts';

let on = readPreference('screen-reader') === 'on';

export function isScreenReaderOn(): boolean {
  return on;
}

export function rememberScreenReader(value: boolean): void {
  on = value;
  writePreference('screen-reader', value ? 'on' : null);
}
