import { execute } from './evaluate.ts';
import { functions, headerFunctions } from './functions.ts';
import type { Template } from './nodes.ts';
import { parseTemplate } from './parse.ts';
import type { GoValue } from './values.ts';

export { TemplateError } from './token.ts';
export type { Template } from './nodes.ts';

const names: ReadonlySet<string> = new Set(Object.keys(functions));

/** A Go template with the functions of Docker's client. @throws TemplateError */
export function compile(source: string): Template {
  return parseTemplate(source, names);
}

/** @throws TemplateError */
export function render(template: Template, data: GoValue, nullText?: (name: string) => string): string {
  return execute(template, data, nullText ? { nullText } : {});
}

/** The header of a table: the template's fields replaced by their titles. */
export function renderHeader(template: Template, titles: GoValue): string {
  return execute(template, titles, { functions: headerFunctions });
}
