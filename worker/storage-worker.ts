/** A second web worker, which takes in large blobs: it hashes them and puts them into IndexedDB. */
import { expose } from 'comlink';
import { IndexedDbContentStore } from './content/indexeddbstore.ts';
import { WebLocks } from './content/weblocks.ts';
import { WriterHost } from './content/writerhost.ts';
import { databases } from './databases.ts';

expose(new WriterHost(new IndexedDbContentStore(databases.content, { locks: new WebLocks() })));
