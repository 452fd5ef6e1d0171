import { ApiError } from '../../protocol/engine-api.ts';
import { type Body, BodyError } from '../http/body.ts';
import type { HttpRequest } from '../http/server.ts';
import { checkJsonType } from './content-type.ts';
import { decode, type Schema } from './schema.ts';
import { parseFirst } from './syntax.ts';

/** Bytes of a JSON body that are taken: far more than any container's configuration has. */
const maxBody = 16 << 20;

/** The body as JSON, or undefined when there is none; errors in Docker's words. */
export async function readJson({ headers, body }: HttpRequest): Promise<unknown> {
  checkJsonType(headers, body.length);
  if (body.length === 0) return undefined;
  const { value, rest } = parseFirst(await readWhole(body), 'invalid JSON: ');
  // Go's decoder takes a closing bracket for the end of an enclosing array, and no more.
  if (/^\s*[^\s\]}]/.test(rest)) throw new ApiError(400, 'unexpected content after JSON');
  return value;
}

async function readWhole({ bytes }: Body): Promise<string> {
  try {
    return await readText(bytes);
  } catch (error) {
    if (error instanceof BodyError) throw new ApiError(400, `invalid JSON: ${error.message}`);
    throw error;
  }
}

/** The body as what a schema describes. Without a body all fields are missing. */
export async function readBody<T>(request: HttpRequest, schema: Schema): Promise<T> {
  const root = schema.type.replace(/^.*\./, '');
  return (decode(schema, root, await readJson(request)) ?? {}) as T;
}

export async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for await (const chunk of bytes) {
    if ((size += chunk.length) > maxBody) throw new ApiError(413, 'http: request body too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
