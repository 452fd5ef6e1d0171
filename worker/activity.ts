/** Whether somebody is at work: keys, output and commands count, so that what can wait keeps out of their way. */
export class Activity {
  #last = 0;
  #commands = 0;

  /** Something was typed, or a program wrote something. */
  touch(): void {
    this.#last = performance.now();
  }

  /** Counts as activity for as long as the work lasts. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#commands++;
    try {
      return await work;
    } finally {
      this.#commands--;
      this.touch();
    }
  }

  /** Resolves when nothing has happened for so many milliseconds. */
  async quiet(milliseconds: number): Promise<void> {
    for (;;) {
      const wait = this.#commands > 0 ? milliseconds : this.#last + milliseconds - performance.now();
      if (wait <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
