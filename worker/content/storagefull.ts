import { BottleshipError } from '../oci/errors.ts';

const noMoreStorage =
  'the browser gives this page no more storage; remove images (docker image prune -a) or free space on the disk';

/** There is no more space. */
export class StorageFullError extends BottleshipError {
  constructor(cause: unknown, reason: string = noMoreStorage) {
    super('unavailable', `no space left on device: ${reason}`, { cause });
    this.name = 'StorageFullError';
  }
}

/** Waits for a change of IndexedDB. The browser's own error for a full disk has no text. @throws StorageFullError */
export async function changing<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    throw isQuotaError(error) ? new StorageFullError(error) : error;
  }
}

function isQuotaError(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
