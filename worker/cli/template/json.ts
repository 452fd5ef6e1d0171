import { goType, isObject } from './values.ts';
import type { GoValue } from './values.ts';

/** As Go's encoding/json: rows of lists escape what HTML minds, for they write themselves; everything else is plain. */
export function toJson(value: GoValue): string {
  const text = JSON.stringify(value) ?? 'null';
  return isObject(value) && isRow(value[goType]) ? escapeHtml(text) : text;
}

function isRow(type: string | undefined): boolean {
  return type !== undefined && type.endsWith('Context');
}

function escapeHtml(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
