import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A message's fields, each left out when it has its default. https://protobuf.dev/programming-guides/encoding */
export class Message {
  readonly #writer = new BinaryWriter();

  text(field: number, value: string): this {
    if (value !== '') this.#writer.tag(field, WireType.LengthDelimited).string(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#writer.tag(field, WireType.LengthDelimited).bytes(value);
    return this;
  }

  number(field: number, value: number): this {
    if (value !== 0) this.#writer.tag(field, WireType.Varint).int64(value);
    return this;
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  /** A map of texts. */
  texts(field: number, values: Readonly<Record<string, string>>): this {
    for (const [key, value] of Object.entries(values))
      this.message(field, new Message().text(1, key).text(2, value));
    return this;
  }

  /** google.protobuf.Timestamp, of milliseconds. */
  time(field: number, milliseconds: number | undefined): this {
    if (milliseconds === undefined) return this;
    const seconds = Math.floor(milliseconds / 1000);
    const nanoseconds = Math.round((milliseconds - seconds * 1000) * 1e6);
    return this.message(field, new Message().number(1, seconds).number(2, nanoseconds));
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}

/** The fields of a message that has come; what is not there has its default. @throws Error when it is none */
export class Fields {
  readonly #values = new Map<number, (Uint8Array | number)[]>();

  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      const value =
        type === WireType.Varint
          ? Number(reader.int64())
          : type === WireType.LengthDelimited
            ? reader.bytes()
            : undefined;
      if (value === undefined) reader.skip(type, field);
      else this.#values.set(field, [...(this.#values.get(field) ?? []), value]);
    }
  }

  has(field: number): boolean {
    return this.#values.has(field);
  }

  number(field: number): number {
    const value = this.#values.get(field)?.at(-1);
    return typeof value === 'number' ? value : 0;
  }

  bytes(field: number): Uint8Array {
    return this.allBytes(field).at(-1) ?? new Uint8Array();
  }

  allBytes(field: number): Uint8Array[] {
    return (this.#values.get(field) ?? []).filter((value) => value instanceof Uint8Array);
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  allTexts(field: number): string[] {
    return this.allBytes(field).map((bytes) => new TextDecoder().decode(bytes));
  }

  message(field: number): Fields {
    return new Fields(this.bytes(field));
  }

  allMessages(field: number): Fields[] {
    return this.allBytes(field).map((bytes) => new Fields(bytes));
  }

  /** A map of texts. */
  texts(field: number): Map<string, string> {
    return new Map(this.allMessages(field).map((entry) => [entry.text(1), entry.text(2)]));
  }
}
