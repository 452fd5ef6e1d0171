import type { Route } from '../route.ts';
import { containerRoutes } from './containers.ts';
import { execRoutes } from './exec.ts';
import { imageRoutes } from './images.ts';
import { systemRoutes } from './system.ts';

/** Every route of the API. The first that fits wins. */
export const routeTable: readonly Route[] = [
  ...containerRoutes,
  ...execRoutes,
  ...imageRoutes,
  ...systemRoutes,
];
