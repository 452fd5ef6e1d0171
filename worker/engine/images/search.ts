import { familiarName } from '../../oci/reference.ts';
import { errorMessage } from '../../oci/errors.ts';
import type { Filters, SearchOptions, SearchResult } from '../../protocol/engine-api.ts';
import { registryError } from '../../registry/errors.ts';
import type { Registries } from '../../registry/registries.ts';
import { relayCode } from '../../registry/relayed-fetch.ts';
import { internal, invalid } from '../errors.ts';
import { requireFilters } from '../filters.ts';
import { credentialsOf } from './credentials.ts';
import { withoutRegistries } from './registries.ts';
import type { ImageSource } from './source.ts';

const defaultLimit = 25;
const hub = 'docker.io';

type Wanted = (result: SearchResult) => boolean;

/**
 * Images whose name holds a term: those of the static registries here, then what the registry says that the term names,
 * Docker Hub unless it begins with another. Only where neither has anything to say is it an error that the registry
 * cannot be searched. https://github.com/moby/moby/blob/v28.5.2/registry/search.go
 */
export async function searchImages(
  source: ImageSource,
  registries: Registries | undefined,
  { term, limit = 0, filters = {}, auth }: SearchOptions,
): Promise<SearchResult[]> {
  const wanted = parseFilters(filters);
  const most = limit === 0 ? defaultLimit : limit;
  if (most < 1 || most > 100) throw invalid(`limit ${most} is outside the range of [1, 100]`);
  if (/^https?:\/\//.test(term))
    throw invalid(
      `invalid repository name: repository name (${term.replace(/^https?:\/\//, '')}) should not have a scheme`,
    );
  const { domain, rest } = splitTerm(term);
  const own = domain === hub ? await namesWith(source, rest) : [];
  const [asked] = await Promise.allSettled([askRegistry(registries, domain, rest, most, auth)]);
  if (asked.status === 'rejected' && own.length === 0) throw asked.reason;
  const others = asked.status === 'fulfilled' ? asked.value : [];
  const known = new Set(others.map(({ name }) => name));
  return [...own.filter(({ name }) => !known.has(name)), ...others].filter(wanted).slice(0, most);
}

/** https://github.com/moby/moby/blob/v28.5.2/registry/search.go (splitReposSearchTerm) */
function splitTerm(term: string): { domain: string; rest: string } {
  const slash = term.indexOf('/');
  const first = term.slice(0, Math.max(slash, 0));
  const isHub = slash < 0 || (!/[.:]/.test(first) && first !== 'localhost');
  if (isHub) return { domain: hub, rest: term.replace(/^library\//, '') };
  return { domain: first === 'index.docker.io' ? hub : first, rest: term.slice(slash + 1) };
}

async function namesWith(source: ImageSource, term: string): Promise<SearchResult[]> {
  const all = (await source.names?.()) ?? [];
  const names = new Set(all.map(familiarName).filter((name) => name.includes(term)));
  return [...names].sort().map((name) => ({
    star_count: 0,
    is_official: false,
    name,
    is_automated: false,
    description: 'In a registry of this page',
  }));
}

async function askRegistry(
  registries: Registries | undefined,
  domain: string,
  term: string,
  limit: number,
  auth: SearchOptions['auth'],
): Promise<SearchResult[]> {
  if (registries === undefined) throw withoutRegistries();
  const query = new URLSearchParams({ q: term, n: String(limit) });
  const response = await ask(registries, domain, query, auth);
  if (!response.ok) throw await refusal(response, domain);
  const answer = (await response.json().catch(() => undefined)) as { results?: unknown } | undefined;
  if (!Array.isArray(answer?.results)) throw internal('the registry did not answer with search results');
  return answer.results.map(resultOf);
}

/** The relay's own refusal says what to do; a registry's is a page for people. */
async function refusal(response: Response, domain: string): Promise<Error> {
  const error = await registryError(response);
  return error.code === relayCode
    ? internal(`searching ${domain}: ${error.message}`, error)
    : internal(`Unexpected status code ${response.status}`);
}

async function ask(
  registries: Registries,
  domain: string,
  query: URLSearchParams,
  auth: SearchOptions['auth'],
): Promise<Response> {
  try {
    return await registries.search(domain, query, credentialsOf(auth));
  } catch (error) {
    throw internal(`searching ${domain}: ${errorMessage(error)}`, error);
  }
}

/** A registry's word for it, of the right types. */
function resultOf(value: unknown): SearchResult {
  const from = Object(value) as Record<string, unknown>;
  const text = (name: string) => (typeof from[name] === 'string' ? from[name] : '');
  return {
    star_count: typeof from['star_count'] === 'number' ? from['star_count'] : 0,
    is_official: from['is_official'] === true,
    name: text('name'),
    is_automated: false,
    description: text('description'),
  };
}

/** https://github.com/moby/moby/blob/v28.5.2/registry/search.go (Search) */
function parseFilters(filters: Filters): Wanted {
  requireFilters(filters, ['is-automated', 'is-official', 'stars']);
  const automated = yesOrNo(filters, 'is-automated');
  const official = yesOrNo(filters, 'is-official');
  const stars = Math.max(0, ...(filters['stars'] ?? []).map(parseStars));
  return (result) =>
    automated !== true &&
    (official === undefined || result.is_official === official) &&
    result.star_count >= stars;
}

function yesOrNo(filters: Filters, name: string): boolean | undefined {
  const values = filters[name] ?? [];
  if (values.length === 0) return undefined;
  const meanings = new Set(values.map((value) => words[value]));
  const [meaning] = meanings;
  if (meanings.size === 1 && meaning !== undefined) return meaning;
  throw invalid(`invalid filter '${name}=[${values.join(' ')}]'`);
}

const words: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };

function parseStars(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw invalid(
      `invalid filter 'stars=${text}': strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}
