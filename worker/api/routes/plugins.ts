import { errorMessage } from '../../oci/errors.ts';
import { parseReference } from '../../oci/reference.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import { json, type Reply } from '../http/reply.ts';
import { readBody } from '../json/body.ts';
import { list, string, struct } from '../json/schema.ts';
import { filters } from '../parameters/filters.ts';
import { integer } from '../parameters/values.ts';
import { type Call, named, routes } from '../route.ts';

/** There are no plugins, and none can be had: they would be programs of the machine that the engine runs on. */
export const pluginRoutes = routes('as without it', {
  'GET /plugins': none,
  'GET /plugins/{name:.*}/json': missing,
  'GET /plugins/privileges': privilegesOf,
  'DELETE /plugins/{name:.*}': missing,
  'POST /plugins/{name:.*}/enable': enable,
  'POST /plugins/{name:.*}/disable': missing,
  'POST /plugins/pull': withPrivileges(unsupported),
  'POST /plugins/{name:.*}/push': missing,
  'POST /plugins/{name:.*}/upgrade': withPrivileges(missing),
  'POST /plugins/{name:.*}/set': set,
  'POST /plugins/create': unsupported,
});

async function none({ form }: Call): Promise<Reply> {
  filters(form);
  return json(200, []);
}

function missing(call: Call): Promise<never> {
  return Promise.reject(new ApiError(404, `plugin ${JSON.stringify(named(call))} not found`));
}

/** One that cannot be had asks for nothing, as Docker has it. */
async function privilegesOf({ form }: Call): Promise<Reply> {
  try {
    parseReference(form.get('remote'));
  } catch (error) {
    throw new ApiError(500, errorMessage(error));
  }
  return json(200, []);
}

function unsupported(): Promise<never> {
  return Promise.reject(new ApiError(501, 'plugins are not supported by this engine'));
}

async function enable(call: Call): Promise<Reply> {
  if (integer(call.form, 'timeout') === undefined)
    throw new ApiError(500, 'strconv.Atoi: parsing "": invalid syntax');
  return missing(call);
}

async function set(call: Call): Promise<Reply> {
  await readBody(call.request, list(string));
  return missing(call);
}

const privileges = list(
  struct('types.PluginPrivilege', { Name: string, Description: string, Value: list(string) }),
);

function withPrivileges(then: (call: Call) => Promise<Reply>): (call: Call) => Promise<Reply> {
  return async (call) => {
    await readBody(call.request, privileges);
    return then(call);
  };
}
