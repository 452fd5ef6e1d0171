import { errorText, StatusError } from './errors.ts';
import { compile, render, TemplateError } from './template/template.ts';
import type { Template } from './template/template.ts';
import type { Printer } from './text.ts';

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
  const show = format === '' ? indented : format === 'json' ? compact : byTemplate(compileFormat(format));
  const found: object[] = [];
  const failures: string[] = [];
  for (const name of names) {
    try {
      found.push(await find(name));
    } catch (error) {
      failures.push(errorText(error));
    }
  }
  await out.print(show(found));
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

/** Each on a line of its own, and an empty line when there are none. */
function byTemplate(template: Template): (objects: readonly object[]) => string {
  return (objects) =>
    objects.length === 0 ? '\n' : objects.map((object) => `${renderObject(template, object)}\n`).join('');
}

function renderObject(template: Template, object: object): string {
  try {
    return render(template, object);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new StatusError(1, `template parsing error: ${error.message}`);
  }
}
