/** What the guest holds, before and after something that must leave nothing. */

export type Counts = Readonly<Record<string, number | string>>;

/** When nothing goes any more: what has ended may take its time to be gone. */
export async function atRest(count: () => Promise<Counts>): Promise<Counts> {
  for (let last = await count(); ;) {
    const now = await count();
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
}

/** What there is more of than before, as it was and as it is; of texts it is words that count. */
export function added(before: Counts, now: Counts): Record<string, unknown> {
  const more = Object.entries(now).filter(([name, count]) => isMore(before[name] ?? 0, count));
  return Object.fromEntries(more.map(([name, count]) => [name, [before[name], count]]));
}

function isMore(before: number | string, now: number | string): boolean {
  if (typeof now === 'number') return now > Number(before);
  const known = new Set(String(before).split(' '));
  return now.split(' ').some((word) => !known.has(word));
}
