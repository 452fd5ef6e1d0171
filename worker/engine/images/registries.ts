import { unavailable } from '../errors.ts';

/** What an engine says that was started without a way to registries. */
export function withoutRegistries(): Error {
  return unavailable('this engine reaches no registry');
}
