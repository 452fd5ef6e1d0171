import { ApiError, type ContainerConfig } from '../../protocol/engine-api.ts';
import { containerConfig } from '../bodies/container.ts';
import { empty, json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { buildWithBuildKit } from '../buildkit/build.ts';
import { grpc } from '../buildkit/grpc.ts';
import { session } from '../buildkit/session.ts';
import { readBody } from '../json/body.ts';
import { builderOf, buildOptions } from '../parameters/build.ts';
import { registryConfig } from '../parameters/registry-auth.ts';
import { filters } from '../parameters/filters.ts';
import { bool, boolOr } from '../parameters/values.ts';
import { type Call, given, routes } from '../route.ts';

export const buildRoutes = [
  ...routes('served', {
    'POST /build': build,
    'POST /build/cancel': cancel,
    'POST /session': session,
    'POST /grpc': grpc,
    'POST /commit': commit,
    // Images that the classic builder has made are images, and not meant here.
    'POST /build/prune': async ({ engine, form }) =>
      json(200, await engine.buildPrune({ all: bool(form, 'all'), filters: filters(form) })),
  }),
];

async function build(call: Call): Promise<Reply> {
  const { engine, form, request, version } = call;
  if (builderOf(form) === '2') return buildWithBuildKit(call);
  const messages = await engine.imageBuild(request.body.bytes, {
    ...buildOptions(form, version),
    ...given('authConfigs', registryConfig(call)),
  });
  return stream('application/json', jsonLines(messages, '\r\n'));
}

async function cancel({ engine, form }: Call): Promise<Reply> {
  const id = form.get('id');
  if (id === '') throw new ApiError(400, 'build ID not provided');
  await engine.buildCancel(id);
  return empty(200);
}

/** The config of an empty body is the container's own. */
async function commit({ engine, form, request }: Call): Promise<Reply> {
  const config = await readBody<ContainerConfig>(request, containerConfig);
  const tag = form.get('tag');
  const answer = await engine.containerCommit(form.get('container'), {
    repo: form.get('repo'),
    ...(tag !== '' && { tag }),
    comment: form.get('comment'),
    author: form.get('author'),
    pause: boolOr(form, 'pause', true),
    changes: form.all('changes'),
    ...(Object.keys(config).length > 0 && { config }),
  });
  return json(201, answer);
}
