import { StatusError } from '../errors.ts';
import { compile, render, TemplateError } from '../template/template.ts';
import type { Template } from '../template/template.ts';
import type { GoValue } from '../template/values.ts';
import type { Printer } from '../text.ts';

const badTemplate = 64;

/** Of one object, by `--format`: `json` or a template. @throws StatusError */
export class ObjectFormat {
  readonly #template: Template;

  /** `name` is the template's, for messages. */
  constructor(format: string, name = '') {
    try {
      this.#template = compile(format === 'json' ? '{{json .}}' : format, name);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new StatusError(badTemplate, `template parsing error: ${error.message}`);
    }
  }

  /** Prints an empty line where the template fails. @throws StatusError */
  async print(out: Printer, value: GoValue): Promise<void> {
    let failure = '';
    const text = this.#render(value, (message) => (failure = message));
    await out.println(text);
    if (failure !== '') throw new StatusError(1, failure);
  }

  #render(value: GoValue, fail: (message: string) => void): string {
    try {
      return render(this.#template, value);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      fail(error.message);
      return '';
    }
  }
}
