import { workDatabase } from './work/indexeddbhost.ts';

/** IndexedDB's databases, by what is in them. */
export const databases = {
  content: 'bottleship-content',
  indexes: 'bottleship-indexes',
  metadata: 'bottleship-metadata',
  work: workDatabase,
} as const;
