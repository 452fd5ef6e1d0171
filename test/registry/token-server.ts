/**
 * A token server as Docker Hub's is one, for a docker-registry of the tests: `GET` with a name and password, or `POST` as
 * OAuth 2 has it. https://distribution.github.io/distribution/spec/auth/token/
 */
import { createHash, createPublicKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What the registry calls itself, and whom it takes tokens from. */
export const service = 'test-registry';

export const certificateFile = join(import.meta.dirname, 'token-key/cert.pem');

/** A repository below it may be pulled from by anybody. */
export const publicPrefix = 'public/';

interface User {
  readonly username: string;
  readonly password: string;
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Hands out tokens. `requests` are those it has had: method, whose name was given, and for which scopes. */
export class TokenServer {
  readonly requests: string[] = [];
  readonly realm: string;
  readonly #server: Server;
  readonly #user: User;
  readonly #lifetime: number;
  readonly #refreshTokens = new Set<string>();

  private constructor(server: Server, user: User, lifetime: number) {
    this.#server = server;
    this.#user = user;
    this.#lifetime = lifetime;
    this.realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(user: User, lifetime = 300): Promise<TokenServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TokenServer(server, user, lifetime);
  }

  /** A token that stands in for the password. */
  identityToken(): string {
    const token = randomUUID();
    this.#refreshTokens.add(token);
    return token;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'Authorization' };
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    const url = new URL(request.url ?? '', this.realm);
    const form = request.method === 'POST' ? new URLSearchParams(await bodyOf(request)) : url.searchParams;
    const name = request.method === 'POST' ? this.#byForm(form) : this.#byHeader(request);
    const scopes = form.getAll('scope').flatMap((scope) => scope.split(' '));
    this.requests.push(`${request.method} ${name ?? 'refused'} ${scopes.join(' ')}`.trim());
    if (name === undefined) {
      response.writeHead(401, { ...cors, 'Content-Type': 'application/json' });
      return void response.end('{"details":"incorrect username or password"}');
    }
    const token = this.#token(name, scopes.flatMap(parseScope));
    const offline = form.get('offline_token') === 'true' || form.get('access_type') === 'offline';
    response.writeHead(200, { ...cors, 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify({
        token,
        access_token: token,
        expires_in: this.#lifetime,
        ...(offline && name !== 'anonymous' && { refresh_token: this.identityToken() }),
      }),
    );
  }

  #byHeader({ headers }: IncomingMessage): string | undefined {
    if (headers.authorization === undefined) return 'anonymous';
    const { username, password } = this.#user;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    return headers.authorization === basic ? username : undefined;
  }

  #byForm(form: URLSearchParams): string | undefined {
    const { username, password } = this.#user;
    const isUser =
      form.get('grant_type') === 'password'
        ? form.get('username') === username && form.get('password') === password
        : this.#refreshTokens.has(form.get('refresh_token') ?? '');
    return isUser ? username : undefined;
  }

  #token(name: string, wanted: readonly Access[]): string {
    const now = Math.floor(Date.now() / 1000);
    const access = wanted.map((one) => ({ ...one, actions: allowed(name, one) }));
    const claims = {
      iss: service,
      sub: name,
      aud: service,
      exp: now + this.#lifetime,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access: access.filter(({ actions }) => actions.length > 0),
    };
    return signed({ typ: 'JWT', alg: 'ES256', kid: keyId() }, claims);
  }
}

function allowed(name: string, { name: repository, actions }: Access): readonly string[] {
  if (name !== 'anonymous') return actions;
  return repository.startsWith(publicPrefix) ? actions.filter((action) => action === 'pull') : [];
}

/** `repository:library/busybox:pull,push`; a name may hold a port. */
function parseScope(scope: string): Access[] {
  const [, type, name, actions] = /^([^:]+):(.+):([^:]*)$/.exec(scope) ?? [];
  if (type === undefined || name === undefined) return [];
  return [{ type, name, actions: (actions ?? '').split(',') }];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function signed(header: object, claims: object): string {
  const [head, body] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
    key: readFileSync(join(import.meta.dirname, 'token-key/key.pem')),
    dsaEncoding: 'ieee-p1363',
  });
  return `${head}.${body}.${signature.toString('base64url')}`;
}

/** As the registry names the keys of its certificates: 240 bits of the SHA-256 of the public key, in base 32, in fours. */
function keyId(): string {
  const key = createPublicKey(readFileSync(certificateFile)).export({ type: 'spki', format: 'der' });
  const bytes = createHash('sha256').update(key).digest().subarray(0, 30);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits
    .match(/.{5}/g)
    ?.map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)]);
  return letters?.join('').match(/.{4}/g)?.join(':') ?? '';
}
