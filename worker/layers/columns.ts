type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/**
 * A table kept as one typed array a column: a hundred thousand rows without a hundred thousand objects. Rows are
 * appended; `columns` is replaced when it grows, so it is read anew for each row.
 */
export class Table<C extends Record<string, Column>> {
  columns: C;
  length = 0;
  #capacity = 64;
  readonly #make: (rows: number) => C;

  constructor(make: (rows: number) => C) {
    this.#make = make;
    this.columns = make(this.#capacity);
  }

  /** Adds a row of zeros and returns its number. */
  append(): number {
    if (this.length === this.#capacity) this.#resize(this.#capacity * 2);
    return this.length++;
  }

  /** The columns, cut to the rows that are there. */
  trimmed(): C {
    this.#resize(this.length);
    return this.columns;
  }

  #resize(rows: number): void {
    const next = this.#make(rows);
    for (const [name, column] of Object.entries(this.columns)) next[name]?.set(column.subarray(0, rows));
    this.columns = next;
    this.#capacity = rows;
  }
}

/** Bytes appended one after the other. */
export class Arena {
  #bytes = new Uint8Array(1024);
  length = 0;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Adds bytes and returns where they start. */
  add(bytes: Uint8Array): number {
    const start = this.length;
    if (start + bytes.length > this.#bytes.length)
      this.#resize(Math.max(this.#bytes.length * 2, start + bytes.length));
    this.#bytes.set(bytes, start);
    this.length += bytes.length;
    return start;
  }

  /** The bytes, without room for more. */
  trimmed(): Uint8Array {
    this.#resize(this.length);
    return this.#bytes;
  }

  #resize(size: number): void {
    const next = new Uint8Array(size);
    next.set(this.#bytes.subarray(0, this.length));
    this.#bytes = next;
  }
}
