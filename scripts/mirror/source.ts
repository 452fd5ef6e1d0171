import { existsSync } from 'node:fs';
import { invalid } from '../../worker/oci/errors.ts';
import type { Reference } from '../../worker/oci/reference.ts';
import { parseReference, withDefaultTag } from '../../worker/oci/reference.ts';

/** Where an image is to be taken from, as it was typed. */
export type Source =
  | { readonly kind: 'registry'; readonly name: Reference }
  | { readonly kind: 'layout' | 'archive'; readonly path: string };

export interface Request {
  readonly source: Source;
  /** What it is to be called; undefined: as it is called there. */
  readonly as: Reference | undefined;
}

/** Parses `[NAME=]SOURCE`. */
export function parseRequest(text: string): Request {
  const [, name, rest] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined || existsSync(text))
    return { source: parseSource(text), as: undefined };
  const as = withDefaultTag(parseReference(name));
  if (as.digest !== undefined) throw invalid(`${name}: an image cannot be named by a digest`);
  return { source: parseSource(rest), as };
}

/** `docker-archive:FILE`, `oci-archive:FILE`, `oci:DIR`; a path that looks like one; else a name. */
function parseSource(text: string): Source {
  const [, transport, path = ''] = /^(docker-archive|oci-archive|oci):(.*)$/.exec(text) ?? [];
  if (transport === 'oci') return { kind: 'layout', path };
  if (transport !== undefined) return { kind: 'archive', path };
  if (/\.(tar|tgz|tar\.\w+)$/.test(text)) return { kind: 'archive', path: text };
  if (/^\.{0,2}\//.test(text))
    return { kind: existsSync(`${text}/index.json`) ? 'layout' : 'archive', path: text };
  return { kind: 'registry', name: withDefaultTag(parseReference(text)) };
}
