import { ApiError } from '../../protocol/engine-api.ts';

/** Parameters of a request, from its query and, of a form, its body: names and values in their order. */
export class Form {
  readonly #values = new Map<string, string[]>();

  /** Throws in Go's words. Earlier texts win: a body comes before the query. */
  static parse(...texts: readonly string[]): Form {
    const form = new Form();
    for (const text of texts) for (const pair of text.split('&')) if (pair !== '') form.#add(pair);
    return form;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The first value, or ''. */
  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): string[] {
    return this.#values.get(name) ?? [];
  }

  #add(pair: string): void {
    if (pair.includes(';')) throw new ApiError(400, 'invalid semicolon separator in query');
    const equals = pair.indexOf('=');
    const name = unescape(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : unescape(pair.slice(equals + 1));
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }
}

function unescape(text: string): string {
  return decodePercent(text.replaceAll('+', ' '));
}

/** Throws for a `%` that begins no escape; bytes that are no UTF-8 become U+FFFD. */
export function decodePercent(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text);
  if (bad) throw new ApiError(400, `invalid URL escape ${JSON.stringify(bad[0])}`);
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  const encoded = new TextEncoder().encode(text);
  for (let at = 0; at < encoded.length; at += 1) {
    const isEscape = encoded[at] === 0x25;
    bytes.push(
      isEscape ? parseInt(String.fromCharCode(encoded[at + 1]!, encoded[at + 2]!), 16) : encoded[at]!,
    );
    if (isEscape) at += 2;
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
