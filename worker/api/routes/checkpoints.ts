import { ApiError } from '../../protocol/engine-api.ts';
import { routes } from '../route.ts';

/** An experimental feature of Docker, as when it is off. */
export const checkpointRoutes = routes('as without it', {
  'GET /containers/{name:.*}/checkpoints': experimental,
  'POST /containers/{name:.*}/checkpoints': experimental,
  'DELETE /containers/{name}/checkpoints/{checkpoint}': experimental,
});

function experimental(): Promise<never> {
  return Promise.reject(
    new ApiError(
      501,
      'This experimental feature is disabled by default. Start the Docker daemon in experimental mode in order to enable it.',
    ),
  );
}
