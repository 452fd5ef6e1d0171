/** Builds that go on, by the IDs that their clients have given them, so that another request can end them. */
export class RunningBuilds {
  readonly #builds = new Map<string, Set<AbortController>>();

  /** Knows a build until it has ended, well or badly; one without an ID is nobody's to end. */
  add(id: string | undefined, abort: AbortController, ended: Promise<unknown>): void {
    if (!id) return;
    const builds = this.#builds.get(id) ?? new Set();
    this.#builds.set(id, builds.add(abort));
    const forget = () => {
      builds.delete(abort);
      if (builds.size === 0) this.#builds.delete(id);
    };
    ended.then(forget, forget);
  }

  /** Ends what goes on under an ID; nothing does where none is known. */
  cancel(id: string): void {
    for (const abort of this.#builds.get(id) ?? []) abort.abort();
  }
}
