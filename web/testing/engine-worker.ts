/** Takes the place of ../engine-worker.ts with `vite --mode double`. The page's query tells the double what to play. */
export function startEngineWorker(): Worker {
  return new Worker(new URL('./main.ts', import.meta.url), {
    type: 'module',
    name: location.search,
  });
}
