/** The keys that leave a container without ending it, held back until it is clear that they were not meant so. */
export class DetachKeys {
  readonly #keys: Uint8Array;
  #matched = 0;

  /** `keys` as `ctrl-p,ctrl-q`; the default takes the place of nothing and of nonsense. */
  constructor(keys: string) {
    this.#keys = parseKeys(keys) ?? Uint8Array.of(16, 17);
  }

  feed(bytes: Uint8Array): { pass: Uint8Array; detached: boolean } {
    const pass: number[] = [];
    for (const byte of bytes) {
      if (byte !== this.#keys[this.#matched]) this.#giveBack(pass);
      if (byte !== this.#keys[this.#matched]) pass.push(byte);
      else if (++this.#matched === this.#keys.length) return { pass: Uint8Array.from(pass), detached: true };
    }
    return { pass: Uint8Array.from(pass), detached: false };
  }

  #giveBack(pass: number[]): void {
    pass.push(...this.#keys.subarray(0, this.#matched));
    this.#matched = 0;
  }
}

/** The first that is no key. */
export function badKey(text: string): string | undefined {
  return text.split(',').find((name) => keyCode(name) === undefined);
}

/** Undefined when it names no keys. */
export function parseKeys(text: string): Uint8Array | undefined {
  const codes = text.split(',').map(keyCode);
  return codes.every((code) => code !== undefined) ? Uint8Array.from(codes) : undefined;
}

const controlNames = ['@', ...'abcdefghijklmnopqrstuvwxyz'.split(''), '[', '\\', ']', '^', '_'];

function keyCode(name: string): number | undefined {
  if (name.length === 1) return name.charCodeAt(0);
  const control = name.startsWith('ctrl-') ? controlNames.indexOf(name.slice(5)) : -1;
  return control < 0 ? undefined : control;
}
