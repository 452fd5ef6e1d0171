/** Tokens of Go's text/template (https://pkg.go.dev/text/template). */
export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'field'
  | 'variable'
  | 'dot'
  | 'nil'
  | 'identifier'
  | 'keyword'
  | 'bool'
  | 'number'
  | 'string'
  | 'char'
  | 'space'
  | 'other'
  | '|'
  | '('
  | ')'
  | '='
  | ':='
  | 'error'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of `text` what is left after trimming, of `error` what is wrong. */
  readonly text: string;
  /** Offset in the source. */
  readonly at: number;
  readonly line: number;
}

/** A mistake in a template, or a failure of running it, in Go's words. */
export class TemplateError extends Error {}

const longest = 10;

/** A token in a message. */
export function tokenName({ kind, text }: Token): string {
  if (kind === 'end') return 'EOF';
  if (kind === 'error') return text;
  if (kind === 'keyword' || kind === 'dot' || kind === 'nil') return `<${text}>`;
  const characters = Array.from(text);
  if (characters.length <= longest) return JSON.stringify(text);
  return `${JSON.stringify(characters.slice(0, longest).join(''))}...`;
}
