import { execute } from './evaluate.ts';
import { functions, headerFunctions } from './functions.ts';
import type { Template } from './nodes.ts';
import { parseTemplate } from './parse.ts';
import type { GoValue } from './values.ts';

export { TemplateError } from './token.ts';
export type { Template } from './nodes.ts';

const names: ReadonlySet<string> = new Set(Object.keys(functions));

/** A Go template with the functions of Docker's client. `name` is for messages. @throws TemplateError */
export function compile(source: string, name = ''): Template {
  return parseTemplate(name, source, names);
}

/** With `strict` a key that a map does not have is a mistake. @throws TemplateError */
export function render(template: Template, data: GoValue, strict = false): string {
  return execute(template, data, { functions, strict });
}

/** The header of a table: the template's fields replaced by their titles. */
export function renderHeader(template: Template, titles: GoValue): string {
  return execute(template, titles, { functions: headerFunctions });
}
