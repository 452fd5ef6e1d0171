import { errorMessage } from '../../oci/errors.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import { cancellable } from '../build/cancellable.ts';
import { deferred } from '../deferred.ts';
import { Channel } from './channel.ts';

/** What a task that takes long is given. */
export interface Task {
  readonly report: (message: ProgressMessage) => void;
  /** Aborted when nobody reads the messages any more. */
  readonly signal: AbortSignal;
}

/**
 * Resolves with the first message: what fails before it rejects, and what fails later is a message, as over HTTP, where
 * a status cannot be taken back. Giving the messages up aborts the task, and resolves when it has ended.
 */
export async function streamed(task: (task: Task) => Promise<void>): Promise<AsyncIterable<ProgressMessage>> {
  const messages = new Channel<ProgressMessage>();
  const abort = new AbortController();
  const begun = deferred();
  let isBegun = false;
  const report = (message: ProgressMessage) => {
    isBegun = true;
    messages.push(message);
    begun.resolve();
  };
  const ended = task({ report, signal: abort.signal })
    .then(
      () => begun.resolve(),
      (error: Error) => {
        if (!isBegun) return begun.reject(error);
        const message = errorMessage(error);
        report({ errorDetail: { message }, error: message });
      },
    )
    .finally(() => messages.close());
  await begun.promise;
  return cancellable(messages, async () => {
    abort.abort();
    await ended;
  });
}
