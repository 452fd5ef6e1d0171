import { errorText, StatusError } from './errors.ts';
import { compile, render, TemplateError } from './template/template.ts';
import type { Template } from './template/template.ts';
import type { GoType } from './template/types.ts';
import { typed, untyped } from './template/values.ts';
import type { Printer } from './text.ts';

/** An object of the engine's and what Docker's client takes it for. */
export interface Found {
  readonly json: object;
  readonly type: GoType;
  /** Whether templates may also find what the client does not know. */
  readonly raw: boolean;
}

/**
 * Prints the objects of these names, as JSON or by a template, and at the end on standard error which were not found.
 * @throws StatusError when one was not.
 */
export async function inspectEach(
  { out }: { out: Printer },
  names: readonly string[],
  format: string,
  find: (name: string) => Promise<Found>,
): Promise<void> {
  const template = format === '' || format === 'json' ? undefined : compileFormat(format);
  const failures: string[] = [];
  const shown: string[] = [];
  for (const name of names) {
    try {
      const found = await find(name);
      shown.push(template ? `${renderFound(template, found)}\n` : JSON.stringify(found.json));
    } catch (error) {
      failures.push(errorText(error));
    }
  }
  await out.print(template ? shown.join('') || '\n' : list(shown, format === 'json'));
  if (failures.length > 0) throw new StatusError(1, failures.join('\n'));
}

function list(objects: readonly string[], compact: boolean): string {
  const text = `[${objects.join(',')}]`;
  return `${compact || objects.length === 0 ? text : JSON.stringify(JSON.parse(text), null, 4)}\n`;
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

/** By the types first, and where that fails by what the engine has sent. @throws StatusError */
function renderFound(template: Template, { json, type, raw }: Found): string {
  try {
    return render(template, typed(type, json));
  } catch (error) {
    if (!raw) throw parsingError(error);
  }
  try {
    return render(template, untyped(json), true);
  } catch (error) {
    throw parsingError(error);
  }
}

function parsingError(error: unknown): unknown {
  return error instanceof TemplateError
    ? new StatusError(1, `template parsing error: ${error.message}`)
    : error;
}
