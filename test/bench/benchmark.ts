import type { Measurement } from './measurement.ts';

/** What every benchmark is given; goes through JSON. */
export interface Setup {
  /** The built page, with the machine and the images, as a folder of static files that nobody else touches. */
  files: string;
  /** Where tools/oracle has been installed, when a native engine is to be compared with. */
  native?: string | undefined;
}

export interface Benchmark {
  /** For `--only`. */
  name: string;
  /** In how many processes, one after the other, it is run; their samples are put together. One by default. */
  processes?: number;
  run(setup: Setup): Promise<Measurement[]>;
}

/** The figures, in milliseconds. */
export const targets = {
  warmPageToPrompt: 1000,
  run: 300,
  ps: 60,
  exec: 120,
  echo: 15,
  build: 1000,
  cachedBuild: 200,
  largeBuild: 1500,
} as const;
