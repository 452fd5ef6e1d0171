import type { ImageBuildOptions } from './build.ts';
import type { Filters } from './streams.ts';
import type { AuthConfig } from './system.ts';

/** A file of a build context, as the one who has it describes it. */
export interface BuildFile {
  /** Below the context, with slashes; directories come before what is in them. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo';
  /** Permissions, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Where a symbolic link leads. */
  readonly link: string;
  readonly major: number;
  readonly minor: number;
  /** The same text as long as the file has not been written: it is not asked for again then. Also in another machine. */
  readonly version: string;
  /** Which file it is, of all of this machine. */
  readonly identity: string;
}

/** A directory of the client's. Only what is not known yet is read. Lives as long as the build. */
export interface BuildFiles {
  /** The same from one build to the next for the same directory. */
  readonly key: string;
  /** A small file; undefined when there is none. */
  find(path: string): Promise<Uint8Array | undefined>;
  /** All but what the patterns of a .dockerignore leave out, and nothing but what lies at or below `only`, where it is given. */
  list(excludes: readonly string[], only: readonly string[] | undefined): AsyncIterable<BuildFile>;
  /** The contents of regular files, in this order; each rejects when it is not as it was listed. */
  read(files: readonly BuildFile[]): AsyncIterable<{ file: BuildFile; content: AsyncIterable<Uint8Array> }>;
}

/** Where files of a build come from: a directory of the client's, a tar, an address, or an image. */
export type BuildContext =
  | { readonly files: BuildFiles }
  | { readonly tar: AsyncIterable<Uint8Array> }
  | { readonly address: string }
  | { readonly image: string };

/** `docker build` as BuildKit does it. */
export interface SolveOptions extends Omit<
  ImageBuildOptions,
  'cacheFrom' | 'remote' | 'rm' | 'forceRm' | 'squash'
> {
  readonly context: BuildContext;
  /** The Dockerfile itself, where it is none of the context. */
  readonly dockerfileText?: string;
  /** By name; a stage or an image of that name is this then. */
  readonly contexts?: Readonly<Record<string, BuildContext>>;
  /** By ID. */
  readonly secrets?: Readonly<Record<string, Uint8Array>>;
  /** Asked for those that are not in `secrets`, when a step wants one. */
  readonly secret?: (id: string) => Promise<Uint8Array | undefined>;
  /** Asked, where there are no `authConfigs`, for each image that is looked for in a registry. */
  readonly credentials?: (domain: string) => Promise<AuthConfig | undefined>;
  /** Stages that are not taken from the cache. */
  readonly noCacheFilter?: readonly string[];
  /** What is allowed beyond the usual: `network.host`, `security.insecure`. */
  readonly allow?: readonly string[];
  /** Where steps that were done elsewhere may be found; one that cannot be asked is told of, and is no failure. */
  readonly cacheImports?: readonly CacheImport[];
  /** The image takes along what its steps were, for builds elsewhere. */
  readonly inlineCache?: boolean;
  /** What is done with what was built; an image is made of it where nothing is said. */
  readonly exports?: readonly SolveExport[];
  /** Asks something about the Dockerfile, `check`, `outline`, `targets` or `subrequests.describe`; nothing is built. */
  readonly call?: string;
}

/** `--output`: an image in the engine's store, or the files alone, as a tar, for a directory or a tarball of the client's. */
export type SolveExport =
  | { readonly type: 'image' }
  | { readonly type: 'local' | 'tar'; readonly take: (tar: AsyncIterable<Uint8Array>) => Promise<void> };

/** Where something stands in the Dockerfile. */
export interface SolveLocation {
  readonly ranges: readonly { readonly start: { line: number }; readonly end: { line: number } }[];
}

/** What a build says when it was called for something else; members as BuildKit's JSON has them. */
export interface SolveAnswers {
  /** https://pkg.go.dev/github.com/moby/buildkit/frontend/subrequests/lint#LintResults */
  check: {
    readonly warnings: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly url: string;
      readonly detail: string;
      readonly location: SolveLocation;
    }[];
    readonly source: Omit<SolveSource, 'range'>;
    /** Why there can be no build. */
    readonly error?: { readonly message: string; readonly lines?: SourceRange };
  };
  /** https://pkg.go.dev/github.com/moby/buildkit/frontend/subrequests/outline#Outline */
  outline: {
    readonly name: string;
    readonly description: string;
    readonly args: readonly OutlineItem[];
    readonly secrets: readonly OutlineItem[];
    readonly ssh: readonly OutlineItem[];
    readonly source: Omit<SolveSource, 'range'>;
  };
  /** https://pkg.go.dev/github.com/moby/buildkit/frontend/subrequests/targets#List */
  targets: {
    readonly targets: readonly {
      readonly name: string;
      readonly description: string;
      readonly isDefault: boolean;
      readonly base: string;
      readonly platform: string;
      readonly location: SolveLocation;
    }[];
    readonly source: Omit<SolveSource, 'range'>;
  };
}

export interface OutlineItem {
  readonly name: string;
  readonly description?: string;
  readonly value?: string | undefined;
  readonly required?: boolean;
  readonly location: SolveLocation;
}

/** `--cache-from`. */
export interface CacheImport {
  /** `registry`, or what only other engines can read. */
  readonly type: string;
  /** The image that has it, of type `registry`. */
  readonly ref?: string;
}

/** A step, as BuildKit tells of it. Times are milliseconds since 1970. */
export interface SolveVertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  readonly name: string;
  readonly started?: number;
  readonly completed?: number;
  readonly cached?: boolean;
  readonly error?: string;
  readonly canceled?: boolean;
}

/** How far something in a step has come. */
export interface SolveProgress {
  readonly id: string;
  readonly vertex: string;
  readonly current: number;
  readonly total?: number;
  readonly timestamp: number;
  readonly started: number;
  readonly completed?: number;
}

export interface SolveLog {
  readonly vertex: string;
  /** 1 is standard output, 2 standard error. */
  readonly stream: 1 | 2;
  readonly data: Uint8Array;
  readonly timestamp: number;
}

/** Lines of a Dockerfile, from 1, both inclusive. */
export interface SourceRange {
  readonly first: number;
  readonly last: number;
}

export interface SolveSource {
  readonly filename: string;
  readonly text: string;
  readonly range: SourceRange;
}

export interface SolveWarning {
  readonly vertex: string;
  readonly short: string;
  readonly detail: string;
  readonly url: string;
  /** The lines that it is about, if it is about some. */
  readonly source?: SolveSource;
}

/** What has changed since the message before; the last one has `image`, `answer`, `isDone` (no image was wanted) or `failure`. */
export interface SolveStatus {
  readonly vertexes?: readonly SolveVertex[];
  readonly statuses?: readonly SolveProgress[];
  readonly logs?: readonly SolveLog[];
  readonly warnings?: readonly SolveWarning[];
  /** The ID of what was built. */
  readonly image?: string;
  readonly answer?: Partial<SolveAnswers>;
  readonly isDone?: boolean;
  readonly failure?: { readonly message: string; readonly source?: SolveSource };
}

/** A record of the build cache, as `GET /system/df` lists it. */
export interface BuildCacheRecord {
  ID: string;
  Parents: string[] | null;
  Type: string;
  Description: string;
  InUse: boolean;
  Shared: boolean;
  Size: number;
  CreatedAt: string;
  LastUsedAt: string | null;
  UsageCount: number;
}

export interface BuildPruneOptions {
  readonly all?: boolean;
  readonly filters?: Filters;
}

export interface BuildPruned {
  CachesDeleted: string[] | null;
  SpaceReclaimed: number;
}
