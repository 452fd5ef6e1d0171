import type { DiffId } from '../../oci/diffid.ts';
import type { HistoryEntry } from '../../oci/imageconfig.ts';
import type { Lines } from '../instructions/instruction.ts';
import type { RunMount } from '../instructions/mount.ts';
import type { Heredoc } from '../syntax/heredoc.ts';

/** What a step is shown as: its name, and where it is written. */
interface Shown {
  readonly name: string;
  readonly lines: Lines | undefined;
  /** Never taken from the cache. */
  readonly noCache: boolean;
}

/** An image that a stage is built on or that files are copied from. */
export interface ImageStep extends Shown {
  readonly kind: 'image';
  readonly image: string;
  readonly layers: readonly DiffId[];
  readonly history: readonly HistoryEntry[];
}

/** Nothing: what `scratch` is. */
export interface EmptyStep extends Shown {
  readonly kind: 'empty';
}

/** A build context as a tree of files. */
export interface ContextStep extends Shown {
  readonly kind: 'context';
  /** Its name; empty for the main one. */
  readonly context: string;
}

export interface WorkdirStep extends Shown {
  readonly kind: 'workdir';
  readonly parent: Step;
  readonly path: string;
  readonly user: string;
}

/** A source of ADD that is fetched. */
export interface RemoteSource {
  readonly address: string;
  readonly checksum: string;
  readonly keepGitDir: boolean;
}

export interface CopyStep extends Shown {
  readonly kind: 'copy';
  readonly parent: Step;
  readonly from: Step;
  readonly instruction: 'ADD' | 'COPY';
  readonly sources: readonly string[];
  readonly remotes: readonly RemoteSource[];
  readonly contents: readonly Heredoc[];
  /** Absolute; a slash at its end says that a directory is meant. */
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly excludes: readonly string[];
  readonly parents: boolean;
  /** Archives of the context, and those that were fetched. */
  readonly unpack: { readonly local: boolean; readonly fetched: boolean };
}

/** Something mounted while a command runs. */
export type StepMount = RunMount & {
  /** Where it comes from: of a bind always, of a cache what it begins with. */
  readonly step: Step | undefined;
};

export interface RunStep extends Shown {
  readonly kind: 'run';
  readonly parent: Step;
  readonly args: readonly string[];
  /** `NAME=value`, sorted out: what the command sees. */
  readonly env: readonly string[];
  /** Of the predefined proxies: seen by the command, no part of the cache's key. */
  readonly proxies: readonly string[];
  readonly directory: string;
  readonly user: string;
  readonly mounts: readonly StepMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly insecure: boolean;
  readonly hostname: string;
  /** A script with an interpreter of its own, found in /dev/pipes. */
  readonly script: { readonly name: string; readonly text: string } | undefined;
}

/** A node of the graph that a Dockerfile stands for: what it makes depends on nothing but its inputs and itself. */
export type Step = ImageStep | EmptyStep | ContextStep | WorkdirStep | CopyStep | RunStep;

/** What a step needs before it can be done. */
export function inputsOf(step: Step): Step[] {
  switch (step.kind) {
    case 'workdir':
      return [step.parent];
    case 'copy':
      return [step.parent, step.from];
    case 'run':
      return [step.parent, ...step.mounts.flatMap((mount) => mount.step ?? [])];
    default:
      return [];
  }
}
