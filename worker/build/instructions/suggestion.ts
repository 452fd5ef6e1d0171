/** ` (did you mean X?)` for a word that is nearly one of these, else nothing. */
export function suggestion(word: string, options: readonly string[], caseSensitive: boolean): string {
  const wanted = caseSensitive ? word : word.toLowerCase();
  let best: string | undefined;
  let least = 3;
  for (const given of options) {
    const option = caseSensitive ? given : given.toLowerCase();
    if (option === wanted) return '';
    const distance = editDistance(wanted, option);
    if (distance < least) [best, least] = [option, distance];
  }
  if (best === undefined) return '';
  return ` (did you mean ${!caseSensitive && word === word.toUpperCase() ? best.toUpperCase() : best}?)`;
}

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
