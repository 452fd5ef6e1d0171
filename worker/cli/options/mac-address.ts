const sizes = new Set([6, 8, 20]);

/** Of 6, 8 or 20 bytes, in any of the three notations of Go's net.ParseMAC. @throws Error in Docker's words */
export function checkMac(address: string): void {
  const text = address.trim();
  const pairs = /^[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2})*$/.test(text);
  const quads = /^[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})+$/.test(text);
  const digits = text.replace(/[:.-]/g, '').length;
  if ((pairs || quads) && sizes.has(digits / 2)) return;
  throw new Error(`${address} is not a valid mac address`);
}
