declare const brand: unique symbol;

/** 64 hexadecimal digits. */
export type ContainerId = string & { readonly [brand]: 'container' };

/** Parses a full container ID. */
export function parseContainerId(text: string): ContainerId {
  if (!/^[a-f0-9]{64}$/.test(text)) throw new TypeError(`not a container ID: ${text}`);
  return text as ContainerId;
}

/** 64 random hexadecimal digits, never with a short form that could be read as a number. */
export function randomId(): string {
  for (;;) {
    const id = hex(crypto.getRandomValues(new Uint8Array(32)));
    if (/[a-f]/.test(id.slice(0, 12))) return id;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
