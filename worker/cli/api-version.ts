import { client } from './client-version.ts';
import { StatusError } from './errors.ts';
import type { ClientSession } from './session.ts';

const oldest = 24;
const newest = Number(client.DefaultAPIVersion.split('.')[1]);

/** The version of the API that the environment asks for, or the newest. */
export function apiVersion({ env }: ClientSession): string {
  return (env.get('DOCKER_API_VERSION') ?? '').replace(/^v/, '') || client.DefaultAPIVersion;
}

/** As the engine answers requests of versions that it does not know. @throws StatusError */
export function checkApiVersion(version: string): void {
  const minor = /^1\.(\d+)$/.exec(version)?.[1];
  const error = 'Error response from daemon: client version';
  if (minor === undefined) throw new StatusError(1, `${error} ${version} is not a version of the API`);
  if (Number(minor) > newest) {
    throw new StatusError(1, `${error} ${version} is too new. Maximum supported API version is 1.${newest}`);
  }
  if (Number(minor) < oldest) {
    const advice = 'please upgrade your client to a newer version';
    throw new StatusError(
      1,
      `${error} ${version} is too old. Minimum supported API version is 1.${oldest}, ${advice}`,
    );
  }
}
