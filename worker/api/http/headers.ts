/** Header fields of a request: names in any case, values in their order. */
export class HeaderFields {
  readonly #fields = new Map<string, string[]>();

  add(name: string, value: string): void {
    const key = name.toLowerCase();
    const values = this.#fields.get(key);
    if (values) values.push(value);
    else this.#fields.set(key, [value]);
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }

  /** The first value, or ''. */
  get(name: string): string {
    return this.#fields.get(name.toLowerCase())?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#fields.get(name.toLowerCase()) ?? [];
  }

  /** Whether a comma-separated field holds a token, in any case. */
  hasToken(name: string, token: string): boolean {
    const wanted = token.toLowerCase();
    return this.all(name).some((value) =>
      value.split(',').some((part) => part.trim().toLowerCase() === wanted),
    );
  }
}
