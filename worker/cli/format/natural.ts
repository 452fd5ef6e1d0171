/** Orders text so that the numbers in it count as numbers: `a2` before `a10`. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compare(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Digits together, every other character alone. */
function parts(text: string): string[] {
  return text.match(/\d+|\D/gu) ?? [];
}

/** Digits come before all other characters. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [isNumber(a), isNumber(b)];
  if (left !== right) return left ? -1 : 1;
  return (left ? Number(a) - Number(b) || a.length - b.length : 0) || (a < b ? -1 : 1);
}

function isNumber(part: string): boolean {
  return /^\d/.test(part);
}
