import { ApiError } from '../../protocol/engine-api.ts';
import type { Route } from '../route.ts';

/** A route of the API that nothing stands behind. */
export function notYet(what: string): Route['handle'] {
  return () => Promise.reject(new ApiError(501, `${what} is not supported yet`));
}
