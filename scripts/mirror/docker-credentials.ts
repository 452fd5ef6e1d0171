import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../../worker/registry/credentials.ts';

/** What `docker login` has left in the user's config.json for a registry; helpers that keep secrets elsewhere are not asked. */
export function dockerCredentials(domain: string, env: NodeJS.ProcessEnv): Credentials | undefined {
  const path = join(env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
  const key = domain === 'docker.io' ? 'https://index.docker.io/v1/' : domain;
  try {
    const { auths } = JSON.parse(readFileSync(path, 'utf8')) as {
      auths?: Record<string, { auth?: string; identitytoken?: string }>;
    };
    const { auth = '', identitytoken } = auths?.[key] ?? {};
    if (identitytoken) return { identityToken: identitytoken };
    const [, username, password] = /^([^:]+):([^]*)$/.exec(Buffer.from(auth, 'base64').toString()) ?? [];
    return username === undefined || password === undefined ? undefined : { username, password };
  } catch {
    return undefined;
  }
}
