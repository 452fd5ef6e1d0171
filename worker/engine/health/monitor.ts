import type { Clock } from '../clock.ts';
import type { Container } from '../containers/container.ts';
import type { ProbeOutcome } from '../exec/probe.ts';
import type { Check } from './check.ts';
import type { ProbeResult } from './health.ts';
import { nextHealth } from './health.ts';

/** Runs the check's command once. Ends early when the signal is given. */
export type RunProbe = (container: Container, check: Check, signal: AbortSignal) => Promise<ProbeOutcome>;

interface MonitorParts {
  readonly clock: Clock;
  readonly probe: RunProbe;
  /** The status has become another one. */
  changed(): void;
}

/** Probes one run of a container, again and again, until it is stopped. */
export class HealthMonitor {
  readonly #parts: MonitorParts;
  readonly #container: Container;
  readonly #check: Check;
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: MonitorParts, container: Container, check: Check) {
    this.#parts = parts;
    this.#container = container;
    this.#check = check;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort();
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#round(), this.#interval());
  }

  /** While the container starts it is asked more often. */
  #interval(): number {
    const { interval, startInterval, startPeriod } = this.#check;
    const age = this.#parts.clock.now() - this.#startedAt();
    return age < startPeriod && this.#container.state.health?.Status === 'starting'
      ? startInterval
      : interval;
  }

  async #round(): Promise<void> {
    const result = await this.#result();
    if (this.#stopped.signal.aborted) return;
    const { state } = this.#container;
    const before = state.health;
    if (before !== undefined) {
      state.health = nextHealth(before, result, this.#check, this.#startedAt());
      if (state.health.Status !== before.Status) this.#parts.changed();
    }
    this.#wait();
  }

  /** A probe that cannot be run is a failure, and says why. */
  async #result(): Promise<ProbeResult> {
    const { clock, probe } = this.#parts;
    const start = clock.now();
    try {
      const found = await probe(this.#container, this.#check, this.#stopped.signal);
      return { ...found, start, end: clock.now() };
    } catch (error) {
      const output = error instanceof Error ? error.message : String(error);
      return { exitCode: -1, output, start, end: clock.now() };
    }
  }

  #startedAt(): number {
    return this.#container.state.startedAt ?? 0;
  }
}
