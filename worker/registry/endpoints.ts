import { BottleshipError, invalid } from '../oci/errors.ts';
import { isLoopback } from './relayed-fetch.ts';

const hub = 'docker.io';
const hubHost = 'registry-1.docker.io';

/** The address that a domain of image names stands for, with a slash at its end. `insecure` ones have no TLS. */
export function endpointOf(domain: string, insecure: readonly string[] = []): string {
  if (domain === '') throw new BottleshipError('internal', 'Get "https:/v2/": http: no Host in request URL');
  const host = domain === hub ? hubHost : domain;
  const address = `https://${host}/`;
  if (/[^\w.:[\]-]/.test(host) || !URL.canParse(address)) throw invalid(`invalid registry host: ${host}`);
  const plain = isLoopback(new URL(address).hostname) || insecure.includes(domain);
  return plain ? `http://${host}/` : address;
}
