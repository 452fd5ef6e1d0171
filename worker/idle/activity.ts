/** Whether somebody is at work: keys, output and commands count, so that what can wait keeps out of their way. */
export class Activity {
  #last = 0;
  #commands = 0;
  /** Told of the next touch. */
  readonly #touched = new Set<() => void>();
  /** Told when no command runs. */
  readonly #done = new Set<() => void>();

  /** Something was typed, or a program wrote something. */
  touch(): void {
    this.#last = performance.now();
    tellAll(this.#touched);
  }

  /** Counts as activity for as long as the work lasts. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#commands++;
    try {
      return await work;
    } finally {
      this.#commands--;
      this.touch();
      if (this.#commands === 0) tellAll(this.#done);
    }
  }

  /**
   * Resolves at a good moment for what stops the machine for a moment: when the commands that run have ended and the
   * prompt after them was printed, or when they run for long.
   */
  async lull(): Promise<void> {
    if (this.#commands > 0) await within(longCommand, this.#done);
    await within(promptTime, this.#touched);
  }

  /** Resolves when nothing has happened for so many milliseconds. */
  async quiet(milliseconds: number): Promise<void> {
    for (;;) {
      if (this.#commands > 0) await new Promise<void>((resolve) => this.#done.add(resolve));
      const wait = this.#last + milliseconds - performance.now();
      if (wait <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Milliseconds: after the first it is not waited for the second, the prompt. */
const [longCommand, promptTime] = [1000, 50];

function tellAll(listeners: Set<() => void>): void {
  const told = [...listeners];
  listeners.clear();
  for (const tell of told) tell();
}

/** Resolves when the listeners are told, or after so many milliseconds; then nobody listens any more. */
function within(milliseconds: number, listeners: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      listeners.delete(end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    listeners.add(end);
  });
}
