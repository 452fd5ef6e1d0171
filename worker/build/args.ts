import type { Variables } from './substitution.ts';

/** Build arguments that need no ARG and are no part of the image. */
const predefined = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

type Values = ReadonlyMap<string, string | undefined>;

/** The build arguments that are known at a place of a Dockerfile. */
export class BuildArgs {
  /** Of `--build-arg`; null where no value was given. */
  readonly #given: Readonly<Record<string, string | null>>;
  readonly #globals: Map<string, string | undefined>;
  readonly #declared = new Map<string, string | undefined>();
  readonly #used: Set<string>;

  constructor(
    given: Readonly<Record<string, string | null>>,
    globals = new Map<string, string | undefined>(),
    used = new Set<string>(),
  ) {
    this.#given = given;
    this.#globals = globals;
    this.#used = used;
  }

  /** Those of a new stage: what was declared before the first FROM counts only where the stage declares it again. */
  forStage(): BuildArgs {
    return new BuildArgs(this.#given, this.#globals, this.#used);
  }

  declare(key: string, value: string | undefined): void {
    this.#declared.set(key, value);
    this.#used.add(key);
  }

  declareGlobal(key: string, value: string | undefined): void {
    this.declare(key, value);
    this.#globals.set(key, value);
  }

  get globals(): Variables {
    const values = this.#valuesOf(this.#globals);
    return (name) => values.get(name);
  }

  get declared(): Variables {
    const values = this.#valuesOf(this.#declared);
    return (name) => values.get(name);
  }

  /** `NAME=value` of those that the environment does not have already. */
  besides(env: readonly string[]): string[] {
    const names = new Set(env.map((entry) => entry.split('=', 1)[0]));
    return [...this.#valuesOf(this.#declared)]
      .filter(([key]) => !names.has(key))
      .map(([key, value]) => `${key}=${value}`);
  }

  /** Whether an argument makes another image: a predefined one does only where it is declared. */
  counts(key: string): boolean {
    return this.#declared.has(key) || !predefined.includes(key);
  }

  /** Those that were given and that no instruction has asked for. */
  unused(): string[] {
    return Object.keys(this.#given)
      .filter((key) => !predefined.includes(key) && !this.#used.has(key))
      .sort();
  }

  #valuesOf(source: Values): Map<string, string> {
    const values = new Map<string, string>();
    for (const key of new Set([...source.keys(), ...predefined])) {
      const value = this.#given[key] ?? source.get(key) ?? this.#globals.get(key);
      if (value !== undefined) values.set(key, value);
    }
    return values;
  }
}
