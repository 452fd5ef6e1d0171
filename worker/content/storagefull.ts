import { BottleshipError } from '../oci/errors.ts';

/** The browser gives no more space. */
export class StorageFullError extends BottleshipError {
  constructor(cause: unknown) {
    super(
      'unavailable',
      'no space left on device: the browser gives this page no more storage; remove images (docker image prune -a) or free space on the disk',
      { cause },
    );
    this.name = 'StorageFullError';
  }
}

/** Whether IndexedDB has failed for want of space. */
export function isQuotaError(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
