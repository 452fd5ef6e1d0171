/** Containers choose these addresses: only the web's own schemes, and the opened page learns nothing of this one. */
export function openLink(address: string): void {
  if (isWebAddress(address)) window.open(address, '_blank', 'noopener,noreferrer');
}

export function isWebAddress(address: string): boolean {
  return URL.canParse(address) && ['https:', 'http:'].includes(new URL(address).protocol);
}
