/**
 * docs/engine-api.md, made from the table of routes.
 *
 *   node --import tsx scripts/api-table.ts            writes it
 *   node --import tsx scripts/api-table.ts --check    fails when it is not what it should be
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route, Standing } from '../worker/api/route.ts';
import { routeTable } from '../worker/api/routes/table.ts';

const path = join(import.meta.dirname, '../docs/engine-api.md');

const titles: Readonly<Record<Standing, [title: string, text: string]>> = {
  served: ['Served', ''],
  'as without it': [
    'Answered as by a Docker without it',
    'Swarm mode, plugins and checkpoints: there is no swarm, there are no plugins, and checkpoints are off.\n',
  ],
};

const text = `# Routes of the Engine API

Made by \`scripts/api-table.ts\` from \`worker/api/routes\`; do not edit. Every path is served with a version before it
(\`/v1.24\` to \`/v1.51\`) and without. \`{name:.*}\` may hold slashes.
${Object.entries(titles).map(section).join('')}`;

if (process.argv.includes('--check')) check();
else writeFileSync(path, text);

function section([standing, [title, words]]: [string, [string, string]]): string {
  const routes = routeTable.filter((route) => route.standing === standing).sort(byPath);
  const rows = routes.map(({ method, path }) => `| ${method} | \`${path}\` |`);
  return `\n## ${title}\n\n${words === '' ? '' : `${words}\n`}| method | path |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function byPath(one: Route, other: Route): number {
  const [these, those] = [`${one.path} ${one.method}`, `${other.path} ${other.method}`];
  return these < those ? -1 : 1;
}

function check(): void {
  if (readFileSync(path, 'utf8') === text) return;
  console.error('docs/engine-api.md is stale: run node --import tsx scripts/api-table.ts');
  process.exit(1);
}
