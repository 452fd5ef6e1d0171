import { ApiError } from '../../protocol/engine-api.ts';
import type { Form } from './form.ts';

/** https://github.com/moby/moby/blob/v28.5.2/api/server/httputils/form.go: what is not one of Docker's words for no is yes. */
export function bool(form: Form, name: string): boolean {
  return !['', '0', 'no', 'false', 'none'].includes(form.get(name).trim().toLowerCase());
}

export function boolOr(form: Form, name: string, missing: boolean): boolean {
  return form.has(name) ? bool(form, name) : missing;
}

/** Go's strconv.Atoi, its error and the 500 that Docker makes of it included; undefined when empty or missing. */
export function integer(form: Form, name: string): number | undefined {
  const text = form.get(name);
  if (text === '') return undefined;
  const problem = integerProblem(text);
  if (problem) throw new ApiError(500, `strconv.Atoi: parsing ${JSON.stringify(text)}: ${problem}`);
  return Number(text);
}

/** Rows or columns. `what` names it in the error. */
export function uint32(form: Form, name: string, what: string): number {
  const text = form.get(name);
  const problem = uint32Problem(text);
  if (problem) throw new ApiError(400, `invalid ${what} ${JSON.stringify(text)}: ${problem}`);
  return Number(text);
}

/** Go's strconv.ParseBool. */
export function strictBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function integerProblem(text: string): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return 'invalid syntax';
  const value = BigInt(text.replace('+', ''));
  return value < -(2n ** 63n) || value >= 2n ** 63n ? 'value out of range' : undefined;
}

function uint32Problem(text: string): string | undefined {
  if (!/^-?\d+$/.test(text)) return 'invalid syntax';
  return text.startsWith('-') || BigInt(text) >= 2n ** 32n ? 'value out of range' : undefined;
}
