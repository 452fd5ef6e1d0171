import { startEngineWorker } from './engine-worker.ts';

const worker = startEngineWorker();
const { startApp } = await import('./app.ts');
startApp(worker);
