/**
 * Resolves with the reason when the worker fires an error. One that cannot be loaded fires nothing else and answers no
 * call, and may do so before the rest of the page is there: watch it from the start.
 */
export function workerFailure(worker: Worker): Promise<string> {
  return new Promise((failed) => {
    const tell = (event: ErrorEvent) => failed(event.message || "The machine's program could not be loaded.");
    worker.addEventListener('error', tell, { once: true });
  });
}
