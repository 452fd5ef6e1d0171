import 'fake-indexeddb/auto';
import { describe } from 'vitest';
import { IndexedDbMetadataStore } from './indexeddb.ts';
import { MemoryMetadataStore } from './memory.ts';
import { runSuite } from './metadata.suite.ts';

let databases = 0;

describe('memory', () => runSuite(() => new MemoryMetadataStore()));
describe('IndexedDB', () => runSuite(() => new IndexedDbMetadataStore(`metadata-${databases++}`)));
