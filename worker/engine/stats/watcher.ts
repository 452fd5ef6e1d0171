import type { Stats } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { Queue } from '../queue.ts';
import { never } from '../time.ts';
import { StatsCollector } from './collector.ts';
import { sample } from './sampler.ts';
import { noCpuStats, zeroStats } from './zero.ts';

type WatcherContext = Pick<EngineContext, 'agent' | 'clock' | 'events' | 'machine'>;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/stats.go */
export class StatsWatcher {
  readonly #context: WatcherContext;
  readonly #collector: StatsCollector;

  constructor(context: WatcherContext) {
    this.#context = context;
    this.#collector = this.#newCollector();
  }

  #newCollector(): StatsCollector {
    return new StatsCollector((containers) => sample(this.#context, containers));
  }

  /** Of a container that does not run, one message is all zeros. */
  async stats(
    container: Container,
    { stream, oneShot = false }: { stream: boolean; oneShot?: boolean },
  ): Promise<AsyncIterable<Stats>> {
    if (stream && oneShot) throw invalid('cannot have stream=true and one-shot=true');
    const { state } = container;
    if (!stream && (!state.running || state.restarting)) return only(zeroStats(container));
    if (oneShot) return only(await this.#once(container));
    return this.#watch(container, stream);
  }

  /** As in Docker, such an answer has no name. */
  async #once(container: Container): Promise<Stats> {
    const {
      name: _name,
      id: _id,
      ...stats
    } = (await sample(this.#context, [container])).get(container) as Stats;
    return stats;
  }

  /** Every message has the processor's counts of the one before; without `stream` the second one is all. Ends when the container is removed. */
  #watch(container: Container, stream: boolean): AsyncIterable<Stats> {
    let previous: Pick<Stats, 'read' | 'cpu_stats'> | undefined;
    // The common one's next counts but one may be nearly two seconds away, which is as long as a client waits.
    const collector = stream ? this.#collector : this.#newCollector();
    const stop = collector.watch(container, (stats) => {
      const { read: preread, cpu_stats: precpu_stats } = previous ?? { read: never, cpu_stats: noCpuStats };
      if ((stream || previous !== undefined) && queue.length < longestQueue)
        queue.push({ ...stats, preread, precpu_stats });
      if (!stream && previous !== undefined) queue.end();
      previous = stats;
    });
    const forget = this.#context.events.subscribe(({ Action, Actor }) => {
      if (Action === 'destroy' && Actor.ID === container.id) queue.end();
    });
    const queue = new Queue<Stats>(() => {
      stop();
      forget();
    });
    return queue;
  }
}

/** What a reader may be behind; what comes then is lost to it. */
const longestQueue = 1024;

function only(stats: Stats): AsyncIterable<Stats> {
  const queue = new Queue<Stats>();
  queue.push(stats);
  queue.end();
  return queue;
}
