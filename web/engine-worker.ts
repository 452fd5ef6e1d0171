/** Started before anything else is loaded: the machine is what takes long. */
export function startEngineWorker(): Worker {
  return new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module', name: 'bottleship' });
}
