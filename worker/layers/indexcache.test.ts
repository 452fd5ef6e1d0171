import 'fake-indexeddb/auto';
import { IndexedDbIndexCache, MemoryIndexCache } from './indexcache.ts';
import { runSuite } from './indexcache.suite.ts';

let databases = 0;

runSuite('memory', () => new MemoryIndexCache());
runSuite('IndexedDB', () => new IndexedDbIndexCache(`indexes-${databases++}`));
