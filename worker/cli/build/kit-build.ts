import type { SolveStatus } from '../../protocol/engine-api.ts';
import { StatusError } from '../errors.ts';
import type { ClientSession } from '../session.ts';
import { untilAborted } from '../streams.ts';
import { Printer } from '../text.ts';
import type { FinishedStatus } from './finish.ts';
import { failedSteps, excerpt, warningsText } from './progress/failure.ts';
import { PlainProgress } from './progress/plain.ts';
import { rawJson } from './progress/raw-json.ts';
import { TerminalProgress } from './progress/terminal.ts';
import { Trace } from './progress/trace.ts';

export type ProgressKind = 'auto' | 'plain' | 'tty' | 'quiet' | 'rawjson';

export interface ShowOptions {
  readonly kind: ProgressKind;
  readonly debug: boolean;
}

/** Milliseconds between two looks of a terminal, and before a step that says nothing is told of. */
const interval = { terminal: 100, plain: 300 };

/** Shows how a build goes on standard error. Gives what its last message says. @throws StatusError when it fails */
export async function showSolve(
  session: ClientSession,
  statuses: AsyncIterable<FinishedStatus>,
  { kind, debug }: ShowOptions,
): Promise<SolveStatus> {
  const trace = new Trace();
  const err = new Printer(session.stderr);
  const display = displayFor(session, kind, trace);
  const timer = new Ticker(display.interval, () => err.print(display.tick()));
  let last: FinishedStatus = {};
  try {
    await err.print(display.begin());
    for await (const status of untilAborted(statuses, session.gone)) {
      last = status;
      const touched = trace.take(status);
      await timer.exclusive(() => err.print(display.show(status, touched)));
    }
  } finally {
    await timer.stop();
  }
  session.gone.throwIfAborted();
  await err.print(display.end());
  const { image, isDone, answer } = last;
  if ((image ?? isDone ?? answer) === undefined) throw failure(trace, last, kind, debug);
  const isShown = kind !== 'rawjson' && kind !== 'quiet';
  if (isShown) await err.print(failedSteps(trace) + warningsText(trace, debug));
  return last;
}

function failure(
  trace: Trace,
  { failure: failed, problem }: FinishedStatus,
  kind: ProgressKind,
  debug: boolean,
): StatusError {
  const { message = 'the engine has gone', source } = failed ?? {};
  const isShown = kind !== 'rawjson' && kind !== 'quiet';
  const steps = isShown ? failedSteps(trace) + warningsText(trace, debug) : '';
  const where = source === undefined ? '' : excerpt(source);
  const why = problem ?? `failed to solve: ${message}`;
  return new StatusError(1, `${steps}${where}ERROR: failed to build: ${why}`);
}

const nothing = () => '';

interface Display {
  readonly interval: number;
  begin(): string;
  show(status: SolveStatus, touched: ReturnType<Trace['take']>): string;
  tick(): string;
  end(): string;
}

function displayFor(session: ClientSession, kind: ProgressKind, trace: Trace): Display {
  if (kind === 'quiet') return { interval: 0, begin: nothing, show: nothing, tick: nothing, end: nothing };
  if (kind === 'rawjson') return { interval: 0, begin: nothing, show: rawJson, tick: nothing, end: nothing };
  const { size } = session;
  if (kind !== 'plain' && session.tty.stderr && size !== undefined) {
    const terminal = new TerminalProgress(trace, Date.now());
    const show = (isLast: boolean) => terminal.show(session.size ?? size, Date.now(), isLast);
    return {
      interval: interval.terminal,
      begin: nothing,
      show: nothing,
      tick: () => show(false),
      end: () => show(true),
    };
  }
  const plain = new PlainProgress(trace);
  return {
    interval: interval.plain,
    begin: () => plain.begin(),
    show: (_, touched) => plain.show(touched),
    tick: () => plain.idle(),
    end: nothing,
  };
}

/** Does something again and again, never at the same time as something else. */
class Ticker {
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #last: Promise<void> = Promise.resolve();
  #isBusy = false;

  constructor(milliseconds: number, task: () => Promise<void>) {
    if (milliseconds === 0) return;
    this.#timer = setInterval(() => {
      if (!this.#isBusy) void this.exclusive(task).catch(() => undefined);
    }, milliseconds);
  }

  exclusive(task: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    const done = this.#last.then(task);
    this.#last = done.catch(() => undefined).then(() => void (this.#isBusy = false));
    return done;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
  }
}
