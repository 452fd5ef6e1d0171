import type { Route } from '../route.ts';
import { archiveRoutes } from './archive.ts';
import { buildRoutes } from './build.ts';
import { checkpointRoutes } from './checkpoints.ts';
import { containerDelete, containerRoutes } from './containers.ts';
import { execRoutes } from './exec.ts';
import { imageRoutes } from './images.ts';
import { lifecycleRoutes } from './lifecycle.ts';
import { networkRoutes } from './networks.ts';
import { pluginRoutes } from './plugins.ts';
import { streamRoutes } from './streams.ts';
import { swarmRoutes } from './swarm.ts';
import { systemRoutes } from './system.ts';
import { volumeRoutes } from './volumes.ts';

/** Every route of the API. The first that fits wins. */
export const routeTable: readonly Route[] = [
  ...checkpointRoutes,
  ...containerRoutes,
  ...lifecycleRoutes,
  ...streamRoutes,
  ...archiveRoutes,
  ...execRoutes,
  ...containerDelete,
  ...imageRoutes,
  ...systemRoutes,
  ...volumeRoutes,
  ...buildRoutes,
  ...swarmRoutes,
  ...pluginRoutes,
  ...networkRoutes,
];
