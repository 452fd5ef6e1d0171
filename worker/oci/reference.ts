import type { Digest } from './digest.ts';
import { parseDigest } from './digest.ts';
import { invalid } from './errors.ts';

/**
 * A normalized image reference: the domain is always there, and an official image's path starts with `library/`.
 * Grammar, rules and messages are Docker's: https://pkg.go.dev/github.com/distribution/reference
 */
export interface Reference {
  /** Empty where what looks like a domain can be none, as in `foo_bar.com/x`: such a name is good for local images alone. */
  readonly domain: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const defaultDomain = 'docker.io';
const legacyDefaultDomain = 'index.docker.io';
const officialPrefix = 'library/';
const defaultTag = 'latest';
const maxPathLength = 255;

const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = `(?:${label}(?:\\.${label})*|\\[(?:[a-fA-F0-9:]+)\\])`;
const component = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const tag = '[\\w][\\w.-]{0,127}';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const grammar = new RegExp(
  `^(?:(${host}(?::[0-9]+)?)/)?(${component}(?:/${component})*)(?::(${tag}))?(?:@(${digest}))?$`,
);

/** Parses what a user types (`busybox`, `localhost:5000/a/b:v1@sha256:...`) into a normalized reference. */
export function parseReference(text: string): Reference {
  if (text === '') throw invalid('invalid reference format');
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, remainder } = splitDomain(text);
  refuseUppercase(remainder);
  return matchGrammar(`${domain}/${remainder}`);
}

/** The full form: `docker.io/library/busybox:latest`. */
export function formatReference(reference: Reference): string {
  return fullName(reference) + suffix(reference);
}

function fullName({ domain, path }: Reference): string {
  return domain === '' ? path : `${domain}/${path}`;
}

/** The repository's short form: `busybox` for `docker.io/library/busybox`. */
export function familiarName(reference: Reference): string {
  const { domain, path } = reference;
  if (domain !== defaultDomain) return fullName(reference);
  const rest = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path;
  return rest.includes('/') ? path : rest;
}

/** The short form with tag and digest: `busybox:latest`. */
export function familiarReference(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

/** Adds the tag `latest` where there is neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  const named = reference.tag !== undefined || reference.digest !== undefined;
  return named ? reference : { ...reference, tag: defaultTag };
}

/** The first component is a domain when it looks like one: has a dot, a port or capitals, or is localhost. */
function splitDomain(text: string): { domain: string; remainder: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const rest = text.slice(slash + 1);
  if (slash < 0 || !isDomain(first)) return official(text);
  return first === defaultDomain || first === legacyDefaultDomain
    ? official(rest)
    : { domain: first, remainder: rest };
}

function isDomain(first: string): boolean {
  return /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
}

function official(remainder: string): { domain: string; remainder: string } {
  return {
    domain: defaultDomain,
    remainder: remainder.includes('/') ? remainder : officialPrefix + remainder,
  };
}

function refuseUppercase(remainder: string): void {
  const name = remainder.split(':', 1)[0] ?? '';
  if (name.toLowerCase() === name) return;
  throw invalid(`invalid reference format: repository name (${name}) must be lowercase`);
}

function matchGrammar(text: string): Reference {
  const [, domain = '', path, tag, digest] = grammar.exec(text) ?? [];
  if (path === undefined) throw invalid('invalid reference format');
  if (path.length > maxPathLength)
    throw invalid(`repository name must not be more than ${maxPathLength} characters`);
  return {
    domain,
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
  };
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}
