import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Described, readFolder, withFiles } from './context.ts';
import type { BuildResult } from './result.ts';

/** Several builds in a row, of one context that may change between them. `case.json` in a folder of `cases`. */
interface CaseFile {
  /** What is to be seen. */
  readonly about: string;
  /** Where the other builder has nothing to say to it. */
  readonly only?: Builder;
  /** Files beside those of the folder. */
  readonly files?: Readonly<Record<string, Described>>;
  /** One build of the whole folder unless it is said. */
  readonly builds?: readonly BuildStep[];
}

export interface BuildQuery {
  readonly t?: string | readonly string[];
  readonly dockerfile?: string;
  readonly target?: string;
  readonly buildargs?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nocache?: string;
  readonly cachefrom?: readonly string[];
  readonly networkmode?: string;
  readonly extrahosts?: readonly string[];
  readonly shmsize?: string;
  readonly q?: string;
  readonly rm?: string;
  readonly forcerm?: string;
  /** Of BuildKit's client alone: `id=ID,src=PATH`, the path in the context. */
  readonly secret?: readonly string[];
}

interface BuildStep {
  /** Parameters of `POST /build` under their own names; lists and objects are sent as JSON, `t` apart. */
  readonly query?: BuildQuery;
  /** Files that change before the build, for this one and those after it. */
  readonly files?: Readonly<Record<string, Described>>;
}

/** One build: what is asked for, and the context. */
export interface Build {
  readonly query: BuildQuery;
  readonly files: ReadonlyMap<string, Described>;
}

export interface Case {
  readonly name: string;
  readonly builders: readonly Builder[];
  readonly builds: readonly Build[];
}

/** Docker has two, which make different images of the same Dockerfile. */
export type Builder = 'classic' | 'buildkit';

/** What a real Docker did, build by build. */
export type Recorded = Readonly<Partial<Record<Builder, readonly BuildResult[]>>>;

/** In a build argument's value: where the files of the folder `served` are to be had. */
export const serverMark = '@server';

const folder = join(import.meta.dirname, 'cases');

export function caseNames(): string[] {
  return readdirSync(folder).sort();
}

export function readCase(name: string): Case {
  const file = JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as CaseFile;
  let files = withFiles(readFolder(join(folder, name)), file.files ?? {});
  const builds = (file.builds ?? [{}]).map(({ query = {}, files: changed = {} }, at) => {
    files = withFiles(files, changed, at);
    return { query, files };
  });
  return { name, builders: file.only ? [file.only] : ['classic', 'buildkit'], builds };
}

export function recordedPath(name: string): string {
  return join(folder, name, 'recorded.json');
}

export function readRecorded(name: string): Recorded {
  return JSON.parse(readFileSync(recordedPath(name), 'utf8')) as Recorded;
}
