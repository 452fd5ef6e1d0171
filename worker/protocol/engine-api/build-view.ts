/** A build as those see it who watch, whoever has started it and by whatever way. */
export interface BuildView {
  /** Of this engine's life. */
  readonly number: number;
  /** By which `buildCancel` knows it while it runs. */
  readonly buildId: string;
  /** Its tags, or what it is built from. */
  readonly title: string;
  /** Milliseconds since 1970, here and below. */
  readonly started: number;
  /** Undefined while it runs. */
  readonly completed?: number;
  /** The ID of what was built. */
  readonly image?: string;
  readonly failure?: string;
  /** In the order in which they were first heard of. */
  readonly steps: readonly BuildStepView[];
}

export interface BuildStepView {
  readonly name: string;
  readonly started?: number;
  readonly completed?: number;
  readonly cached?: boolean;
  readonly error?: string;
  /** The last lines of what it has printed, while it runs and when it has failed. Plain text of a program that is not trusted. */
  readonly output?: string;
}
