import { BottleshipError, errorMessage } from '../oci/errors.ts';
import type { Challenge } from './challenge.ts';
import { parseChallenges } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { basicAuthorization } from './credentials.ts';
import { registryError } from './errors.ts';

/** The `fetch` that everything here goes through. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

interface Token {
  readonly header: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Seconds that any token lasts, whatever it says; a registry that has had enough of it refuses it. */
const leastLifetime = 60;
/** What Docker's engine calls itself to token servers. */
const clientId = 'docker';

/** Seconds before its end at which a token is not used any more. */
const margin = 5;

/**
 * Authenticates to one registry: nothing until it asks, then as it asks. Tokens are kept for as long as they last,
 * one a scope. https://distribution.github.io/distribution/spec/auth/token/
 */
export class Authorizer {
  readonly #fetch: Fetch;
  readonly #credentials: Credentials | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();
  readonly #offline: boolean;
  #basic = false;
  #identityToken: string | undefined;

  /** `offline` asks for a token that stands in for the password later, too. */
  constructor(fetch: Fetch, credentials: Credentials | undefined, { offline = false } = {}) {
    this.#fetch = fetch;
    this.#credentials = credentials;
    this.#offline = offline;
    this.#identityToken = credentials?.identityToken;
  }

  /** What stands in for the password: as it was given, or as the token server has given it since. */
  get identityToken(): string | undefined {
    return this.#identityToken;
  }

  /** The header for a request; undefined when nobody has asked for one yet. */
  async header(scope: string): Promise<string | undefined> {
    const { registryToken } = this.#credentials ?? {};
    if (registryToken) return `Bearer ${registryToken}`;
    if (this.#basic && this.#credentials) return basicAuthorization(this.#credentials);
    const token = await this.#tokens.get(scope);
    return token && token.expires > Date.now() ? token.header : undefined;
  }

  /** Answers a 401. Resolves with whether it is worth trying again. Rejects when no token can be had. */
  async answer(response: Response, scope: string): Promise<boolean> {
    const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer !== undefined) return this.#fetchToken(bearer, scope);
    const tried = this.#basic;
    this.#basic = challenges.some(({ scheme }) => scheme === 'basic');
    if (this.#basic && !this.#credentials?.username) throw noCredentials();
    return this.#basic && !tried;
  }

  async #fetchToken(challenge: Challenge, scope: string): Promise<boolean> {
    const token = this.#requestToken(challenge, scope);
    this.#tokens.set(scope, token);
    try {
      await token;
      return true;
    } catch (error) {
      this.#tokens.delete(scope);
      throw error;
    }
  }

  async #requestToken({ parameters }: Challenge, scope: string): Promise<Token> {
    const realm = parameters.get('realm') ?? '';
    if (!URL.canParse(realm))
      throw new BottleshipError('unavailable', `invalid authentication realm: ${realm}`);
    const query = new URLSearchParams();
    const service = parameters.get('service');
    if (service !== undefined) query.set('service', service);
    for (const one of scopesOf(parameters.get('scope'), scope)) query.append('scope', one);
    const response = await this.#send(new URL(realm), query);
    if (!response.ok) throw await registryError(response);
    const answer = (await response.json().catch(() => undefined)) as unknown;
    const { refresh_token } = Object(answer) as Record<string, unknown>;
    if (typeof refresh_token === 'string' && refresh_token !== '') this.#identityToken = refresh_token;
    return parseToken(answer);
  }

  /** With a refresh token as OAuth 2 wants it, else the simple way, with a name and password where there are any. */
  #send(realm: URL, query: URLSearchParams): Promise<Response> {
    const { username, identityToken } = this.#credentials ?? {};
    if (identityToken) {
      query.set('grant_type', 'refresh_token');
      query.set('refresh_token', this.#identityToken ?? identityToken);
      query.set('client_id', clientId);
      // Of several values in a form the server would read the first.
      if (query.has('scope')) query.set('scope', query.getAll('scope').join(' '));
      return this.#fetch(realm.href, { method: 'POST', body: query });
    }
    if (username) query.set('account', username);
    if (this.#offline) {
      query.set('offline_token', 'true');
      query.set('client_id', clientId);
    }
    for (const [name, value] of query) realm.searchParams.append(name, value);
    const headers =
      username && this.#credentials ? { Authorization: basicAuthorization(this.#credentials) } : {};
    return this.#fetch(realm.href, { headers });
  }
}

/** What is asked for, and what the server says is needed beside it. */
function scopesOf(challenged: string | undefined, wanted: string): string[] {
  const all = [wanted, ...(challenged?.split(' ') ?? [])].filter((scope) => scope !== '');
  return [...new Set(all)];
}

/** https://github.com/moby/moby/blob/v28.5.2/vendor/github.com/docker/distribution/registry/client/auth/session.go */
function noCredentials(): Error {
  return new BottleshipError('internal', 'no basic auth credentials');
}

function parseToken(answer: unknown): Token {
  try {
    const { token, access_token, expires_in } = answer as Record<string, unknown>;
    const text = typeof token === 'string' && token !== '' ? token : access_token;
    if (typeof text !== 'string' || text === '') throw new Error('it has none');
    const lifetime = Math.max(typeof expires_in === 'number' ? expires_in : 0, leastLifetime);
    return { header: `Bearer ${text}`, expires: Date.now() + (lifetime - margin) * 1000 };
  } catch (error) {
    throw new BottleshipError(
      'unavailable',
      `the authorization server did not include a token: ${errorMessage(error)}`,
    );
  }
}
