import type { BuilderParts } from '../../build/builder.ts';
import { buildImage } from '../../build/builder.ts';
import { failureMessage } from '../../build/output.ts';
import type { ImageBuildOptions, ProgressMessage } from '../../protocol/engine-api.ts';
import { deferred } from '../deferred.ts';
import { parsePlatformOption } from '../images/platform.ts';
import { Channel } from '../images/channel.ts';
import { cancellable } from './cancellable.ts';
import type { RunningBuilds } from './runningbuilds.ts';

/** Builds images, each while its messages are read. */
export class Builds {
  readonly #parts: BuilderParts;
  readonly #running: RunningBuilds;

  constructor(parts: BuilderParts, running: RunningBuilds) {
    this.#parts = parts;
    this.#running = running;
  }

  /**
   * Resolves with the first message, so that what fails before it is the answer itself. A quiet build says its ID alone,
   * and everything when it fails.
   */
  async build(
    tar: AsyncIterable<Uint8Array>,
    options: ImageBuildOptions,
  ): Promise<AsyncIterable<ProgressMessage>> {
    parsePlatformOption(options.platform);
    const messages = new Channel<ProgressMessage>();
    const abort = new AbortController();
    const begun = deferred();
    const held: ProgressMessage[] = [];
    const say = (message: ProgressMessage) => {
      messages.push(message);
      begun.resolve();
    };
    const report = options.quiet ? (message: ProgressMessage) => void held.push(message) : say;
    let said = 0;
    const counting = (message: ProgressMessage) => {
      said += 1;
      report(message);
    };
    const ended = buildImage(this.#parts, { tar, options, signal: abort.signal, report: counting })
      .then((id) => options.quiet && say({ stream: `${id}\n` }))
      .catch((error: unknown) => {
        if (said === 0) return begun.reject(error);
        held.forEach(say);
        say(failureMessage(error));
      })
      .finally(() => messages.close());
    this.#running.add(options.buildId, abort, ended);
    await begun.promise;
    return cancellable(messages, async () => {
      abort.abort();
      await ended;
    });
  }
}
