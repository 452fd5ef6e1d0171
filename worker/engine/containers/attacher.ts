import type { AttachOptions, Attached, OutputChunk, Sink } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { conflict, invalid } from '../errors.ts';
import { detachable, parseDetachKeys } from '../io/detachkeys.ts';
import { Subscription } from '../io/subscription.ts';
import { logAndLive } from '../logs/logs.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';

type AttacherContext = Pick<EngineContext, 'clock' | 'events' | 'logs'>;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/attach.go */
export class Attacher {
  readonly #context: AttacherContext;

  constructor(context: AttacherContext) {
    this.#context = context;
  }

  /** `given` is how the client calls the container, for the error. */
  attach(container: Container, given: string, options: AttachOptions): Attached {
    const { state, config } = container;
    const keys = parseDetachKeys(options.detachKeys);
    if (keys === undefined) throw invalid(`Invalid detach keys (${options.detachKeys}) provided`);
    if (state.paused) throw conflict(`container ${given} is paused, unpause the container before attach`);
    if (state.restarting)
      throw conflict(`container ${given} is restarting, wait until the container is running`);
    containerEvent(this.#context.events, container, 'attach');
    const output = options.stream ? container.output.subscribe(streamsOf(options)) : nothing();
    const wantsStdin = options.stdin && options.stream && config.OpenStdin;
    const stdin = wantsStdin ? stdinOf(container, output) : undefined;
    const detach = (): void => {
      containerEvent(this.#context.events, container, 'detach');
      output.finish();
    };
    return {
      raw: config.Tty,
      ...(stdin && { stdin: config.Tty ? detachable(stdin, keys, detach) : stdin }),
      output: options.logs ? logAndLive(this.#context, container, streamsOf(options), output) : output,
    };
  }
}

function nothing(): Subscription {
  const subscription = new Subscription(() => undefined);
  subscription.finish();
  return subscription;
}

function streamsOf({ stdout, stderr }: AttachOptions): OutputChunk['stream'][] {
  return [...(stdout ? (['stdout'] as const) : []), ...(stderr ? (['stderr'] as const) : [])];
}

/**
 * With StdinOnce the end of the client's stdin is the end of the container's. Otherwise, and with a terminal, the
 * client has detached: its output ends and the container goes on.
 */
function stdinOf({ input, config }: Container, live: Subscription): Sink {
  return {
    write: (bytes) => input.write(bytes),
    async close() {
      if (config.StdinOnce && !config.Tty) await input.close();
      else live.finish();
    },
  };
}
