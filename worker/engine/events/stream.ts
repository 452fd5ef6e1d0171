import type { EventMessage, EventsOptions, Filters } from '../../protocol/engine-api.ts';
import type { Clock } from '../clock.ts';
import type { EngineEvent, Events } from '../events.ts';
import { invalid } from '../errors.ts';
import { Queue } from '../queue.ts';
import { parseNanoseconds, toNanoseconds } from '../time.ts';
import { includes } from './filter.ts';

/** Nanoseconds since 1970. */
interface Span {
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
}

/** What a reader may be behind; whatever happens then is lost to it, as in Docker. */
const longestQueue = 1024;
/** The longest that a timer takes. */
const longestTimer = 2 ** 31 - 1;

/**
 * What has happened since `since` and what happens until `until`; from now on when there is no `since`.
 * https://github.com/moby/moby/blob/v28.5.2/api/server/router/system/system_routes.go (getEvents)
 */
export function streamEvents(
  events: Events,
  clock: Clock,
  options: EventsOptions = {},
): AsyncIterable<EventMessage> {
  const filters = options.filters ?? {};
  const span = parseSpan(options);
  const past = remembered(events, span, filters);
  const left = span.until === undefined ? Infinity : milliseconds(span.until - toNanoseconds(clock.now()));
  return left < 0 ? finished(past) : following(events, past, filters, left);
}

function parseSpan({ since, until }: EventsOptions): Span {
  const span = { since: parseInstant(since), until: parseInstant(until) };
  if (span.since !== undefined && span.until !== undefined && span.until < span.since)
    throw invalid(`\`since\` time (${since}) cannot be after \`until\` time (${until})`);
  return span;
}

/** The second before 1970 stands for nothing. */
function parseInstant(text: string | undefined): bigint | undefined {
  if (text === undefined || text === '') return undefined;
  const time = parseNanoseconds(text);
  return time <= -1_000_000_000n && time > -2_000_000_000n ? undefined : time;
}

function remembered({ history }: Events, { since, until }: Span, filters: Filters): EngineEvent[] {
  if (since === undefined && until === undefined) return [];
  return history.filter((event) => {
    const time = toNanoseconds(event.timeNano / 1e6);
    return time >= (since ?? 0n) && (until === undefined || time <= until) && includes(filters, event);
  });
}

function finished(past: readonly EngineEvent[]): AsyncIterable<EventMessage> {
  const queue = new Queue<EventMessage>();
  for (const event of past) queue.push(event);
  queue.end();
  return queue;
}

function following(
  events: Events,
  past: readonly EngineEvent[],
  filters: Filters,
  left: number,
): AsyncIterable<EventMessage> {
  const unsubscribe = events.subscribe((event) => {
    if (includes(filters, event) && queue.length < longestQueue) queue.push(event);
  });
  const timer = left < longestTimer ? setTimeout(() => queue.end(), left) : undefined;
  const queue = new Queue<EventMessage>(() => {
    unsubscribe();
    clearTimeout(timer);
  });
  for (const event of past) queue.push(event);
  return queue;
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}
