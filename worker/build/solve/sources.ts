import type { Stage } from '../instructions/instruction.ts';

/** What a name in FROM, `--from` or a mount stands for. */
export type Source =
  | { readonly kind: 'stage'; readonly at: number }
  | { readonly kind: 'scratch' }
  | { readonly kind: 'context'; readonly name: string }
  | { readonly kind: 'image'; readonly name: string };

export interface SourceNames {
  /** In the order of the Dockerfile. */
  readonly stages: readonly Pick<Stage, 'name'>[];
  /** Of `--build-context`. */
  readonly contexts: ReadonlySet<string>;
}

/** FROM knows the stages before it, by their names in lower case; a named context counts more than any of them. */
export function baseSource({ stages, contexts }: SourceNames, name: string, at: number): Source {
  if (contexts.has(name)) return { kind: 'context', name };
  const found = stages.findLastIndex((stage, i) => i < at && stage.name !== '' && stage.name === name);
  if (found >= 0) return { kind: 'stage', at: found };
  return name === 'scratch' ? { kind: 'scratch' } : { kind: 'image', name };
}

/** `--from` knows all stages, also by their numbers; undefined for a number that none has. */
export function fromSource({ stages, contexts }: SourceNames, name: string): Source | undefined {
  if (contexts.has(name)) return { kind: 'context', name };
  if (/^\d+$/.test(name))
    return Number(name) < stages.length ? { kind: 'stage', at: Number(name) } : undefined;
  const found = stages.findLastIndex((stage) => stage.name !== '' && stage.name === name.toLowerCase());
  if (found >= 0) return { kind: 'stage', at: found };
  return name === 'scratch' ? { kind: 'scratch' } : { kind: 'image', name };
}
