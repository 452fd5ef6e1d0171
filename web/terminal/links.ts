import { ask } from '../question.ts';

/** Containers choose these addresses: only the web's own schemes, and the opened page learns nothing of this one. */
export function openLink(address: string): void {
  if (isWebAddress(address)) window.open(address, '_blank', 'noopener,noreferrer');
}

/** Behind text of the program's own choosing (OSC 8): the person sees the address first. */
export async function followHiddenLink(address: string): Promise<void> {
  if (!isWebAddress(address)) return;
  if (await ask({ title: 'Open this address?', text: address, confirm: 'Open' })) openLink(address);
}

export function isWebAddress(address: string): boolean {
  return URL.canParse(address) && ['https:', 'http:'].includes(new URL(address).protocol);
}
