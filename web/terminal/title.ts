const longest = 32;

/** A name for a tab from what a program calls its terminal: one line of visible text, or nothing. */
export function cleanTitle(title: string): string {
  // Controls, and the marks that turn or hide the text around them.
  const visible = title
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const letters = Array.from(visible);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : visible;
}
