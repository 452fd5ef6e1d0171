import { errorText, StatusError } from './errors.ts';
import { compile, render, TemplateError } from './template/template.ts';
import type { Template } from './template/template.ts';
import type { Printer } from './text.ts';
import { nullText, withOptionalFields } from './typed-fields.ts';

/**
 * Prints the objects of these names, as JSON or by a template, and at the end on standard error which were not found.
 * @throws StatusError when one was not.
 */
export async function inspectEach(
  { out }: { out: Printer },
  names: readonly string[],
  format: string,
  find: (name: string) => Promise<object>,
): Promise<void> {
  const template = format === '' || format === 'json' ? undefined : compileFormat(format);
  const found: object[] = [];
  const failures: string[] = [];
  for (const name of names) {
    try {
      found.push(await find(name));
    } catch (error) {
      failures.push(errorText(error));
    }
  }
  if (template) failures.push(...(await printEach(out, template, found)));
  else await out.print(format === '' ? indented(found) : compact(found));
  if (failures.length > 0) throw new StatusError(1, failures.join('\n'));
}

function indented(objects: readonly object[]): string {
  return `${objects.length === 0 ? '[]' : JSON.stringify(objects, null, 4)}\n`;
}

function compact(objects: readonly object[]): string {
  return `${JSON.stringify(objects)}\n`;
}

const noTemplate = 64;

function compileFormat(format: string): Template {
  try {
    return compile(format);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new StatusError(noTemplate, `template parsing error: ${error.message}`);
  }
}

/** Each on a line of its own, and an empty line when there are none. Returns why it stopped early, if it did. */
async function printEach(out: Printer, template: Template, objects: readonly object[]): Promise<string[]> {
  let printed = '';
  const failures: string[] = [];
  for (const object of objects) {
    try {
      printed += `${render(template, withOptionalFields(object), nullText)}\n`;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      failures.push(`template parsing error: ${error.message}`);
      break;
    }
  }
  await out.print(printed === '' ? '\n' : printed);
  return failures;
}
