import { StatusError } from '../errors.ts';
import { compile, render, TemplateError } from '../template/template.ts';
import type { Printer } from '../text.ts';

/** Prints one object by `--format`: `json` or a template. @throws StatusError */
export async function printObject(out: Printer, format: string, value: unknown): Promise<void> {
  await out.println(renderObject(format === 'json' ? '{{json .}}' : format, value));
}

function renderObject(source: string, value: unknown): string {
  try {
    return render(compile(source), value);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new StatusError(64, `template parsing error: ${error.message}`);
  }
}
