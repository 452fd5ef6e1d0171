import { ApiError, type PathStat } from '../../protocol/engine-api.ts';
import { empty, type FieldList, type Reply } from '../http/reply.ts';
import { bool } from '../parameters/values.ts';
import { type Call, named, routes } from '../route.ts';

export const archiveRoutes = routes('served', {
  'HEAD /containers/{name:.*}/archive': head,
  'GET /containers/{name:.*}/archive': get,
  'PUT /containers/{name:.*}/archive': put,
});

async function head(call: Call): Promise<Reply> {
  const stat = await call.engine.containerPathStat(...place(call));
  return { status: 200, headers: statFields(stat) };
}

async function get(call: Call): Promise<Reply> {
  const { stat, tar } = await call.engine.containerGetArchive(...place(call));
  return { status: 200, headers: [['Content-Type', 'application/x-tar'], ...statFields(stat)], body: tar };
}

async function put(call: Call): Promise<Reply> {
  const { engine, form, request } = call;
  const options = {
    noOverwriteDirNonDir: bool(form, 'noOverwriteDirNonDir'),
    copyUIDGID: bool(form, 'copyUIDGID'),
  };
  await engine.containerPutArchive(...place(call), request.body.bytes, options);
  return empty(200);
}

/** Container and path; the missing blank is Docker's. */
function place(call: Call): [id: string, path: string] {
  const [id, path] = [named(call), call.form.get('path')];
  if (id === '') throw new ApiError(400, 'bad parameter: namecannot be empty');
  if (path === '') throw new ApiError(400, 'bad parameter: pathcannot be empty');
  return [id, path];
}

function statFields(stat: PathStat): FieldList {
  const bytes = new TextEncoder().encode(JSON.stringify(stat));
  return [['X-Docker-Container-Path-Stat', btoa(String.fromCharCode(...bytes))]];
}
