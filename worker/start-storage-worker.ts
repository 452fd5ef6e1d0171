import type { Remote } from 'comlink';
import { wrap } from 'comlink';
import type { WriterHost } from './content/writerhost.ts';

/** Gives the second worker, which is started when it is first asked for; nothing where a worker may have none. */
export function storageWorker(): () => Promise<Remote<WriterHost> | undefined> {
  let started: Promise<Remote<WriterHost> | undefined> | undefined;
  return () => (started ??= start().catch(() => undefined));
}

async function start(): Promise<Remote<WriterHost> | undefined> {
  const worker = new Worker(new URL('./storage-worker.ts', import.meta.url), {
    type: 'module',
    name: 'bottleship-storage',
  });
  const failed = new Promise<undefined>((resolve) => {
    worker.addEventListener('error', () => resolve(undefined));
  });
  const host = wrap<WriterHost>(worker);
  return Promise.race([failed, host.ready().then(() => host)]);
}
