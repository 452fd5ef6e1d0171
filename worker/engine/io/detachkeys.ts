import type { Sink } from '../../protocol/engine-api.ts';

/** By code. https://github.com/moby/term/blob/v0.5.2/ascii.go */
const controls = '@abcdefghijklmnopqrstuvwxyz[\\]^_';

const usual = Uint8Array.of(16, 17);

/** Parses `ctrl-p,ctrl-q`; nothing is just that. undefined when it is no such list. */
export function parseDetachKeys(text: string | undefined): Uint8Array | undefined {
  if (!text) return usual;
  const codes = text.split(',').map(codeOf);
  return codes.every((code) => code !== undefined) ? Uint8Array.from(codes) : undefined;
}

function codeOf(key: string): number | undefined {
  if (key === 'DEL') return 127;
  if (key.length === 1) return key.charCodeAt(0);
  const code = /^ctrl-.$/.test(key) ? controls.indexOf(key.slice(5)) : -1;
  return code < 0 ? undefined : code;
}

/** Passes on what is typed, all but the keys, which call `detach`; nothing is passed on afterwards. */
export function detachable(sink: Sink, keys: Uint8Array, detach: () => void): Sink {
  const sequence = new Sequence(keys);
  let isDetached = false;
  return {
    async write(bytes) {
      if (isDetached) return;
      const { rest, complete } = sequence.push(bytes);
      isDetached = complete;
      if (rest.length > 0) await sink.write(rest);
      if (complete) detach();
    },
    close: () => (isDetached ? Promise.resolve() : sink.close()),
  };
}

/** Looks for keys that come one after the other; those that may be the beginning are held back. */
class Sequence {
  readonly #keys: Uint8Array;
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  push(bytes: Uint8Array): { rest: Uint8Array; complete: boolean } {
    const rest: number[] = [];
    for (const byte of bytes) {
      if (byte !== this.#keys[this.#matched]) {
        rest.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte !== this.#keys[this.#matched]) rest.push(byte);
      else this.#matched += 1;
      if (this.#matched === this.#keys.length) return { rest: Uint8Array.from(rest), complete: true };
    }
    return { rest: Uint8Array.from(rest), complete: false };
  }
}
