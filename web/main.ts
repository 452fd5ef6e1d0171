import { missingCapabilities } from './capabilities.ts';
import { startEngineWorker } from './engine-worker.ts';
import { showUnsupported } from './unsupported.ts';
import { workerFailure } from './worker-failure.ts';

/** Kept to the syntax of the oldest browsers that know modules, so that they can say what they lack. */
async function start(): Promise<void> {
  const missing = missingCapabilities();
  if (missing.length > 0) return showUnsupported(missing);
  const worker = startEngineWorker();
  const failure = workerFailure(worker);
  const { startApp } = await import('./app.ts');
  startApp(worker, failure);
}

void start().catch((error: unknown) => {
  showUnsupported([]);
  throw error;
});
