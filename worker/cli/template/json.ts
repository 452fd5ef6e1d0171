import { goType, isObject } from './values.ts';
import type { GoValue } from './values.ts';

/** As Go's encoding/json: rows escape what HTML minds, for they write themselves; everything else is plain. */
export function toJson(value: GoValue): string {
  const text = JSON.stringify(value) ?? 'null';
  return isObject(value) && value[goType] !== undefined ? escapeHtml(text) : text;
}

function escapeHtml(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
