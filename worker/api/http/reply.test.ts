import { expect, test } from 'vitest';
import { json, jsonLines } from './reply.ts';

async function* items(): AsyncGenerator<object> {
  yield { stream: ' ---> <&>\u2028' };
  yield { stream: 'b' };
}

test("streams escape what HTML minds, as Docker's do; single answers do not", async () => {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of jsonLines(items(), '\r\n')) text += decoder.decode(bytes);
  expect(text).toBe('{"stream":" ---\\u003e \\u003c\\u0026\\u003e\\u2028"}\r\n{"stream":"b"}\r\n');
  expect(decoder.decode(json(200, { a: '<' }).body as Uint8Array)).toBe('{"a":"<"}\n');
});
