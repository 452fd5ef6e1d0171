/** Tokens of Go's text/template (https://pkg.go.dev/text/template). */
export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'field'
  | 'variable'
  | 'dot'
  | 'identifier'
  | 'number'
  | 'string'
  | 'char'
  | '|'
  | '('
  | ')'
  | ','
  | '='
  | ':='
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of `text` what is left after trimming. */
  readonly text: string;
  /** Offset in the source. */
  readonly at: number;
  /** White space comes before it inside an action. */
  readonly spaced: boolean;
}

/** A mistake in a template, or a failure of running it, in Go's words. */
export class TemplateError extends Error {}

export function syntaxError(source: string, at: number, why: string): TemplateError {
  return new TemplateError(`template: :${lineOf(source, at)}: ${why}`);
}

export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}
