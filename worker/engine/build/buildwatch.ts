import type {
  BuildView,
  ImageBuildOptions,
  ProgressMessage,
  SolveOptions,
  SolveStatus,
} from '../../protocol/engine-api.ts';
import { BuildRecord } from './buildrecord.ts';

/** So many builds are remembered. */
const kept = 10;

type Watched<T> = T & { readonly buildId: string };

/** Sees every build go by. */
export class BuildWatch {
  readonly #now: () => number;
  readonly #records: BuildRecord[] = [];
  readonly #watchers = new Set<Watcher>();
  #count = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The last builds as they are, then each again when it has changed, as fast as the reader takes them. */
  watch(): AsyncIterable<BuildView> {
    const watcher = new Watcher(this.#records, () => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    return { [Symbol.asyncIterator]: () => watcher };
  }

  solving(
    { tags, dockerfile, buildId }: Watched<SolveOptions>,
    statuses: AsyncIterable<SolveStatus>,
  ): AsyncIterable<SolveStatus> {
    const record = this.#add(buildId, titleOf(tags, dockerfile));
    return this.#seen(statuses, record, (status) => record.status(status));
  }

  building(
    { tags, dockerfile, buildId }: Watched<ImageBuildOptions>,
    messages: AsyncIterable<ProgressMessage>,
  ): AsyncIterable<ProgressMessage> {
    const record = this.#add(buildId, titleOf(tags, dockerfile));
    return this.#seen(messages, record, (message) => record.message(message));
  }

  #add(buildId: string, title: string): BuildRecord {
    const record = new BuildRecord({ number: ++this.#count, buildId, title }, this.#now);
    this.#records.push(record);
    if (this.#records.length > kept) this.#records.shift();
    this.#tell(record);
    return record;
  }

  /** The same items; whoever gives them up gives up the source. */
  #seen<T>(source: AsyncIterable<T>, record: BuildRecord, see: (item: T) => boolean): AsyncIterable<T> {
    const iterator = source[Symbol.asyncIterator]();
    const end = () => {
      record.end();
      this.#tell(record);
    };
    const next = async () => {
      try {
        const item = await iterator.next();
        if (item.done) end();
        else if (see(item.value)) this.#tell(record);
        return item;
      } catch (error) {
        end();
        throw error;
      }
    };
    const leave = async () => {
      await iterator.return?.();
      end();
      return { done: true as const, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
  }

  #tell(record: BuildRecord): void {
    for (const watcher of this.#watchers) watcher.tell(record);
  }
}

function titleOf(tags: readonly string[] | undefined, dockerfile: string | undefined): string {
  return tags && tags.length > 0 ? tags.join(', ') : (dockerfile ?? 'Dockerfile');
}

/** One reader, who gets each build that has changed once, as it is then. */
class Watcher implements AsyncIterator<BuildView, undefined> {
  readonly #changed: Set<BuildRecord>;
  readonly #left: () => void;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(records: readonly BuildRecord[], left: () => void) {
    this.#changed = new Set(records);
    this.#left = left;
  }

  tell(record: BuildRecord): void {
    this.#changed.add(record);
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<BuildView, undefined>> {
    while (this.#changed.size === 0 && !this.#isOver)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    const [record] = this.#changed;
    if (this.#isOver || !record) return { done: true, value: undefined };
    this.#changed.delete(record);
    return { done: false, value: record.view };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isOver = true;
    this.#left();
    this.#wake?.();
    return { done: true, value: undefined };
  }
}
