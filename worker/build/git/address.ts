/** A git repository as `docker build` and ADD name it. https://docs.docker.com/build/concepts/context/#url-fragments */
export interface GitAddress {
  readonly url: string;
  /** A branch, a tag, a commit; empty for the repository's own choice. */
  readonly ref: string;
  /** The directory of it that is meant; empty for all of it. */
  readonly directory: string;
}

/** https://github.com/moby/moby/blob/v28.5.2/builder/remotecontext/urlutil/urlutil.go */
export function isGitAddress(address: string): boolean {
  return /^(?:git:\/\/|github\.com\/|git@)/.test(address) || /^https?:\/\/.*\.git(?:#.+)?$/.test(address);
}

export function parseGitAddress(address: string): GitAddress {
  const cut = address.indexOf('#');
  const [url, fragment] = cut < 0 ? [address, ''] : [address.slice(0, cut), address.slice(cut + 1)];
  const [ref = '', ...directory] = fragment.split(':');
  return {
    url: url.startsWith('github.com/') ? `https://${url}` : url,
    ref,
    directory: directory.join(':').replace(/^\/+|\/+$/g, ''),
  };
}
