import { ApiError, type EngineApi } from '../protocol/engine-api.ts';
import { BodyError } from './http/body.ts';
import type { Connection } from './http/connection.ts';
import { type FieldList, json, type Reply, text } from './http/reply.ts';
import { type HttpRequest, serveConnection } from './http/server.ts';
import { readText } from './json/body.ts';
import { decodePercent, Form } from './parameters/form.ts';
import { type Match, Router } from './router.ts';
import { apiFields, commonFields } from './routes/fields.ts';
import { routeTable } from './routes/table.ts';
import { acceptVersion, isServed, wantsPlainErrors } from './versions.ts';

const router = new Router(routeTable);

/** Serves the Engine API to one client for as long as it is connected. Never rejects. */
export function serveApi(engine: EngineApi, connection: Connection): Promise<void> {
  return serveConnection(connection, (request) => answer(engine, request));
}

async function answer(engine: EngineApi, request: HttpRequest): Promise<Reply> {
  let match: Match | undefined;
  try {
    const { path, query } = splitTarget(request.target);
    if (path === '*' && request.method === 'OPTIONS') return { status: 200, headers: [] };
    const cleaned = cleanPath(path);
    if (cleaned !== path) return moved(cleaned, query);
    match = router.find(request.method, path);
    if (match === undefined) throw new ApiError(404, 'page not found');
    return withFields(await run(engine, request, match, query), apiFields);
  } catch (error) {
    const reply = errorReply(error, match?.version);
    if (match === undefined) return reply;
    return withFields(reply, isServed(match.version) ? apiFields : commonFields);
  }
}

async function run(engine: EngineApi, request: HttpRequest, match: Match, query: string): Promise<Reply> {
  const version = acceptVersion(match.version);
  const form = await readForm(request, query);
  return match.route.handle({ engine, request, version, path: match.path, form });
}

/** https://pkg.go.dev/net/http#Request.ParseForm */
async function readForm({ method, headers, body }: HttpRequest, query: string): Promise<Form> {
  const hasForm = ['POST', 'PUT', 'PATCH'].includes(method);
  const type = headers.get('content-type').split(';')[0]?.trim().toLowerCase();
  if (!hasForm || type !== 'application/x-www-form-urlencoded') return Form.parse(query);
  return Form.parse(await readText(body.bytes), query);
}

/** A target may be a path or a whole address. */
function splitTarget(target: string): { path: string; query: string } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const raw = mark < 0 ? local : local.slice(0, mark);
  return { path: decodePercent(raw === '' ? '/' : raw), query: mark < 0 ? '' : local.slice(mark + 1) };
}

/** Go's path.Clean, with the slash at the end kept: a path with `..` or `//` in it is redirected. */
function cleanPath(path: string): string {
  if (path === '*') return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const cleaned = `/${parts.join('/')}`;
  return path.endsWith('/') && cleaned !== '/' ? `${cleaned}/` : cleaned;
}

function moved(path: string, query: string): Reply {
  const location = encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');
  return { status: 301, headers: [['Location', query === '' ? location : `${location}?${query}`]] };
}

/** The one place where errors become answers. */
function errorReply(error: unknown, version: string | undefined): Reply {
  const { status, message } = statusOf(error);
  if (wantsPlainErrors(version))
    return withFields(text(status, `${message}\n`), [['X-Content-Type-Options', 'nosniff']]);
  if (status === 304) return { status, headers: [['Content-Type', 'application/json']] };
  return json(status, { message });
}

function statusOf(error: unknown): { status: number; message: string } {
  if (error instanceof ApiError) return error;
  if (error instanceof BodyError) return { status: 400, message: error.message };
  return { status: 500, message: error instanceof Error ? error.message : String(error) };
}

function withFields(reply: Reply, fields: FieldList): Reply {
  if ('hijack' in reply) return reply;
  const headers = [...fields, ...reply.headers].sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...reply, headers };
}
