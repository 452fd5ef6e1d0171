/** Registries that anybody may pull from, and send no CORS headers. */
const wellKnown = new Set([
  'registry-1.docker.io',
  'ghcr.io',
  'quay.io',
  'gcr.io',
  'mcr.microsoft.com',
  'public.ecr.aws',
]);

/** Where anybody may fetch git repositories from, and no CORS headers are sent. */
const gitHosts = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org']);

/** Where Docker Hub is searched. */
const hubSearch = 'https://index.docker.io/v1/search';

/** So many token servers are remembered. */
const mostRealms = 100;

/** A registry that the user has named: it may be on a private network and without TLS. */
export interface ConfiguredRegistry {
  readonly host: string;
  readonly scheme: 'http' | 'https';
}

/**
 * What the relay passes on: the API of known registries, and the token servers that those themselves have named. The
 * latter are remembered as long as the server runs.
 */
export class AllowList {
  readonly #configured: ReadonlyMap<string, ConfiguredRegistry>;
  readonly #realms = new Map<string, boolean>();

  constructor(configured: readonly ConfiguredRegistry[] = []) {
    this.#configured = new Map(configured.map((registry) => [registry.host, registry]));
  }

  /** Whether a request may go there; and then, whether to an address of a private network. */
  admits(target: URL): { private: boolean } | undefined {
    const realm = this.#realms.get(target.origin + target.pathname);
    if (realm !== undefined) return { private: realm };
    if (target.origin + target.pathname === hubSearch) return { private: false };
    if (isGitFetch(target)) return this.#admitsGit(target);
    if (target.pathname !== '/v2' && !target.pathname.startsWith('/v2/')) return undefined;
    const configured = this.#configured.get(target.host);
    if (configured !== undefined)
      return `${configured.scheme}:` === target.protocol ? { private: true } : undefined;
    return target.protocol === 'https:' && wellKnown.has(target.host) ? { private: false } : undefined;
  }

  #admitsGit(target: URL): { private: boolean } | undefined {
    const configured = this.#configured.get(target.host);
    if (configured !== undefined)
      return `${configured.scheme}:` === target.protocol ? { private: true } : undefined;
    return target.protocol === 'https:' && gitHosts.has(target.host) ? { private: false } : undefined;
  }

  /** Whether a registry that the user has named is there: what another one of theirs redirects to, say. */
  isConfigured({ host, protocol }: URL): boolean {
    return this.#configured.get(host)?.scheme === protocol.slice(0, -1);
  }

  /** Remembers the token server that an admitted registry asks to go to. */
  learn(registry: URL, challenge: string | undefined): void {
    const realm = /\brealm="([^"]+)"/i.exec(challenge ?? '')?.[1];
    if (realm === undefined || !URL.canParse(realm) || this.#realms.size >= mostRealms) return;
    const { origin, pathname, protocol } = new URL(realm);
    const isPrivate = this.#configured.has(registry.host);
    if (protocol === 'https:' || (isPrivate && protocol === 'http:'))
      this.#realms.set(origin + pathname, isPrivate);
  }
}

/** What a fetch of git's is, and nothing that changes a repository. https://git-scm.com/docs/http-protocol */
function isGitFetch({ pathname, search }: URL): boolean {
  return (
    pathname.endsWith('/git-upload-pack') ||
    (pathname.endsWith('/info/refs') && search === '?service=git-upload-pack')
  );
}
