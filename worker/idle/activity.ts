/** Whether somebody is at work: keys, output and commands count, so that what can wait keeps out of their way. */
export class Activity {
  #last = 0;
  #commands = 0;
  /** Told of the next touch. */
  #touched: (() => void)[] = [];
  /** Told when no command runs. */
  #done: (() => void)[] = [];

  /** Something was typed, or a program wrote something. */
  touch(): void {
    this.#last = performance.now();
    for (const tell of this.#touched.splice(0)) tell();
  }

  /** Counts as activity for as long as the work lasts. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#commands++;
    try {
      return await work;
    } finally {
      this.#commands--;
      this.touch();
      if (this.#commands === 0) for (const tell of this.#done.splice(0)) tell();
    }
  }

  /**
   * Resolves at a good moment for what stops the machine for a moment: when the commands that run have ended and the
   * prompt after them was printed, or when they run for long.
   */
  async lull(): Promise<void> {
    await within(longCommand, (resolve) => {
      if (this.#commands === 0) resolve();
      else this.#done.push(resolve);
    });
    await within(promptTime, (resolve) => this.#touched.push(resolve));
  }

  /** Resolves when nothing has happened for so many milliseconds. */
  async quiet(milliseconds: number): Promise<void> {
    for (;;) {
      if (this.#commands > 0) await new Promise<void>((resolve) => this.#done.push(resolve));
      const wait = this.#last + milliseconds - performance.now();
      if (wait <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Milliseconds: after the first it is not waited for the second, the prompt. */
const [longCommand, promptTime] = [1000, 50];

/** Resolves when `start` calls back, or after so many milliseconds. */
function within(milliseconds: number, start: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    start(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
