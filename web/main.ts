import { startBooting } from './booting.ts';
import { missingCapabilities } from './capabilities.ts';
import { startEngineWorker } from './engine-worker.ts';
import { connectEngine } from './engine.ts';
import { pageReady } from './page-ready.ts';
import { showUnsupported } from './unsupported.ts';
import { workerFailure } from './worker-failure.ts';

/**
 * The machine boots while the terminals' code is still being loaded. Kept to the syntax of the oldest browsers that know
 * modules, so that they can say what they lack.
 */
async function start(): Promise<void> {
  const missing = missingCapabilities();
  if (missing.length > 0) return pageReady().then(() => showUnsupported(missing));
  const worker = startEngineWorker();
  const engine = connectEngine(worker, workerFailure(worker));
  const booting = startBooting(engine);
  const [{ startApp }] = await Promise.all([import('./app.ts'), pageReady()]);
  startApp(engine, booting);
}

void start().catch((error: unknown) => {
  showUnsupported([]);
  throw error;
});
