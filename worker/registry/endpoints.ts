import { invalid } from '../oci/errors.ts';

/** Where registries are, as the page's configuration says. */
export interface EndpointOptions {
  /** Registries that are reached without TLS, beside those on this machine: `host` or `host:port`. */
  readonly insecure?: readonly string[];
  /**
   * A relay for registries that send no CORS headers: their addresses come after it, as in `/relay/registry-1.docker.io/v2/`.
   * Relative to the page.
   */
  readonly relay?: string;
  /** Registries to reach directly though there is a relay. */
  readonly direct?: readonly string[];
}

const hub = 'docker.io';
const hubHost = 'registry-1.docker.io';

/** The address that a domain of image names stands for, with a slash at its end. */
export function endpointOf(domain: string, { insecure = [], relay, direct = [] }: EndpointOptions): string {
  const host = domain === hub ? hubHost : domain;
  if (/[^\w.:[\]-]/.test(host)) throw invalid(`invalid registry host: ${host}`);
  const isLocal = isLoopback(host);
  if (relay !== undefined && !isLocal && !direct.includes(domain))
    return `${relay.replace(/\/$/, '')}/${host}/`;
  return `${isLocal || insecure.includes(domain) ? 'http' : 'https'}://${host}/`;
}

/** Docker takes a registry on the machine itself for one without TLS. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
