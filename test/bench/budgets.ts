import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(import.meta.dirname, '../../budgets.json');
const budgets = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;

/** In megabytes. */
export function budget(name: string): number {
  const bytes = budgets[name];
  if (bytes === undefined) throw new Error(`budgets.json has no ${name}`);
  return bytes / 1e6;
}
