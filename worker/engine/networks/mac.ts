/** Six random bytes: locally administered, one receiver. */
export function randomMac(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** A hardware address of six bytes in any of Go's spellings (net.ParseMAC), as `aa:bb:cc:dd:ee:ff`. */
export function parseMac(text: string): string | undefined {
  const colons = /^([0-9a-f]{2})([:-])(?:[0-9a-f]{2}\2){4}[0-9a-f]{2}$/i;
  const dots = /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i;
  if (!colons.test(text) && !dots.test(text)) return undefined;
  return text
    .replaceAll(/[^0-9a-f]/gi, '')
    .toLowerCase()
    .match(/../g)
    ?.join(':');
}
