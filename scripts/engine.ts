/**
 * The headless engine: the same machine and the same engine as in the page, in Node.
 *
 *   npm run engine                              an interactive shell of the guest on this terminal
 *   npm run engine -- -c 'docker ...'           runs one command in it and ends with its exit code
 *   npm run engine -- -H unix:///tmp/b.sock     serves the Engine API until it is killed; also tcp://127.0.0.1:2375
 *
 * With --data-root DIR images and the build cache are kept there, else they are in memory. --layer-size and --layer-ratio say
 * how large a layer may be, and how many times its packed size.
 */
import { parseArgs } from 'node:util';
import { parseLimits } from '../worker/configuration.ts';
import type { UnpackLimits } from '../worker/layers/limits.ts';
import { startHeadless } from './headless/start.ts';
import { runInteractive } from './headless/interactive.ts';
import { runScript } from './headless/script.ts';
import { serveHosts } from './headless/serve-hosts.ts';

const { values } = parseArgs({
  options: {
    command: { type: 'string', short: 'c' },
    host: { type: 'string', short: 'H', multiple: true, default: [] },
    verbose: { type: 'boolean', short: 'v', default: false },
    'data-root': { type: 'string' },
    'layer-size': { type: 'string' },
    'layer-ratio': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log(
    'usage: npm run engine -- [-v] [-c COMMAND] [-H unix:///PATH|tcp://127.0.0.1:PORT]... [--data-root DIR] ' +
      '[--layer-size BYTES] [--layer-ratio NUMBER]',
  );
  process.exit(0);
}
process.exit(await run());

async function run(): Promise<number> {
  try {
    const bottleship = await startHeadless({
      registries: true,
      verbose: values.verbose,
      dataRoot: values['data-root'],
      limits: limitsOf(values['layer-size'], values['layer-ratio']),
    });
    if (values.command !== undefined) return await runScript(bottleship, values.command);
    if (values.host.length > 0) return await serveHosts(bottleship, values.host);
    return await runInteractive(bottleship);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/** Those of config.json where no flag says anything else. @throws Error in words */
function limitsOf(layerSize?: string, layerRatio?: string): UnpackLimits | undefined {
  if (layerSize === undefined && layerRatio === undefined) return undefined;
  return parseLimits({ layerSize, layerRatio: layerRatio && Number(layerRatio) }, 'flags');
}
