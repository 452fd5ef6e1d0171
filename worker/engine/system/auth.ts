import type { AuthConfig } from '../../protocol/engine-api.ts';
import { notImplemented } from '../errors.ts';
import { indexServer } from './info.ts';

/** Nobody can be logged in yet, and a client must not believe that it is. */
export function authenticate({ serveraddress }: AuthConfig): never {
  throw notImplemented(
    `login to ${serveraddress || indexServer} failed: this engine cannot log in to registries yet`,
  );
}
