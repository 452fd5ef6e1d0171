/**
 * The headless engine: the same machine and the same engine as in the page, in Node.
 *
 *   npm run engine                       an interactive shell of the guest on this terminal
 *   npm run engine -- -c 'docker ...'    runs one command in it and ends with its exit code
 */
import { parseArgs } from 'node:util';
import { startHeadless } from './headless/start.ts';
import { runInteractive } from './headless/interactive.ts';
import { runScript } from './headless/script.ts';

const { values } = parseArgs({
  options: {
    command: { type: 'string', short: 'c' },
    verbose: { type: 'boolean', short: 'v', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log('usage: npm run engine -- [-v] [-c COMMAND]');
  process.exit(0);
}
const bottleship = await startHeadless({ verbose: values.verbose });
process.exit(
  await (values.command === undefined ? runInteractive(bottleship) : runScript(bottleship, values.command)),
);
