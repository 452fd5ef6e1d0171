/** A two-way stream of bytes to one client, whose directions end independently. */
export interface Connection {
  /**
   * What the client sends, once. A reader that waits makes the client wait. Ends when the client has ended its direction
   * or is gone, and never throws.
   */
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. Rejects when the client is gone, also while it waits. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more is written; input goes on. */
  end(): Promise<void>;
  /** Gives the connection up in both directions; may be called in any state. */
  reset(): void;
  /** Aborted when nothing that is written can reach the client any more. */
  readonly gone: AbortSignal;
}
