import { LocalLocks } from './locallocks.ts';
import { runSuite } from './locks.suite.ts';

runSuite('in one process', async () => {
  const locks = new LocalLocks();
  return [locks, locks];
});
