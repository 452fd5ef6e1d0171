/** Gives a lock back; resolves when others may have it. Calling it again does nothing. */
export type Release = () => Promise<void>;

/**
 * Named locks that all tabs of an origin share. A lock is shared by many or exclusively one's; those who wait for it get it
 * in the order in which they asked, and a tab that goes gives up all of its own. So a shared lock is also a reference that
 * cannot be forgotten: who can have the lock exclusively knows that nobody uses what it is called after.
 */
export interface Locks {
  shared(name: string): Promise<Release>;
  exclusive(name: string): Promise<Release>;
  /** Undefined, at once, when anybody has the lock. */
  tryExclusive(name: string): Promise<Release | undefined>;
}

/** Runs a task under a lock. */
export async function during<T>(lock: Release | Promise<Release>, task: () => Promise<T>): Promise<T> {
  const release = await lock;
  try {
    return await task();
  } finally {
    await release();
  }
}
