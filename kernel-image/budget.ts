import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from './paths.ts';

/** budgets.json: how many bytes a file may have, by its path in the repository. */
type Budgets = Record<string, number>;

/** Files below a folder that are larger than their budget (or missing), one sentence each. */
export function overBudget(folder: string): string[] {
  const budgets = JSON.parse(readFileSync(join(repositoryDir, 'budgets.json'), 'utf8')) as Budgets;
  return Object.entries(budgets).flatMap(([path, limit]) => {
    if (!path.startsWith(`${folder}/`)) return [];
    if (!existsSync(join(repositoryDir, path)))
      return [`${path} has a budget in budgets.json, but is missing`];
    const size = statSync(join(repositoryDir, path)).size;
    return size <= limit ? [] : [`${path}: ${size} bytes are over its budget of ${limit} (budgets.json)`];
  });
}
