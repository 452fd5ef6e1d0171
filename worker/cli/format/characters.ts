/** As Go counts them: code points. */
export function characters(text: string): string[] {
  return Array.from(text);
}
