import { expect, test } from 'vitest';
import { Registries } from './registries.ts';
import { uploadBlob } from './upload.ts';

const chunk = 4 << 20;

/** A registry that takes uploads as it is told to. */
class FakeUploads {
  readonly requests: string[] = [];
  readonly received: Uint8Array[] = [];
  readonly #trouble: (request: Request, got: number) => Response | undefined;
  readonly #headers: Record<string, string>;

  constructor(
    trouble: (request: Request, got: number) => Response | undefined = () => undefined,
    headers: Record<string, string> = {},
  ) {
    this.#trouble = trouble;
    this.#headers = headers;
  }

  get size(): number {
    return this.received.reduce((sum, { length }) => sum + length, 0);
  }

  readonly fetch = async (url: string, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const range = request.headers.get('content-range') ?? '';
    this.requests.push(`${request.method} ${new URL(url).pathname} ${range}`.trim());
    const trouble = this.#trouble(request, this.size);
    if (trouble !== undefined) return trouble;
    const headers = {
      location: '/v2/a/blobs/uploads/1?state=x',
      range: `0-${Math.max(0, this.size - 1)}`,
      ...this.#headers,
    };
    if (request.method === 'GET') return new Response(null, { status: 204, headers });
    if (range !== '' && Number(range.split('-')[0]) !== this.size)
      return new Response(null, { status: 416, headers });
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > 0) this.received.push(bytes);
    return new Response(null, { status: request.method === 'PUT' ? 201 : 202, headers });
  };

  repository() {
    const registries = new Registries({ fetch: this.fetch, sleep: async () => undefined });
    return registries.repository({ domain: 'example.org', path: 'a' });
  }
}

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(7);
}

test('a small blob goes up in one request', async () => {
  const uploads = new FakeUploads();
  const { size, digest } = await uploadBlob(uploads.repository(), () => pieces(3, 0, 4));
  expect([size, digest]).toEqual([7, expect.stringMatching(/^sha256:/) as string]);
  expect(uploads.requests).toEqual(['POST /v2/a/blobs/uploads/', 'PUT /v2/a/blobs/uploads/1']);
  expect(uploads.received).toEqual([new Uint8Array(7).fill(7)]);
});

test('nothing at all is a blob, too', async () => {
  const uploads = new FakeUploads();
  expect(await uploadBlob(uploads.repository(), () => pieces())).toEqual({
    size: 0,
    digest: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  });
});

test('a large one goes up in chunks of one size, whatever its pieces', async () => {
  const uploads = new FakeUploads();
  await uploadBlob(uploads.repository(), () => pieces(chunk + 5, chunk - 5, 9));
  expect(uploads.requests).toEqual([
    'POST /v2/a/blobs/uploads/',
    `PATCH /v2/a/blobs/uploads/1 0-${chunk - 1}`,
    `PATCH /v2/a/blobs/uploads/1 ${chunk}-${2 * chunk - 1}`,
    'PUT /v2/a/blobs/uploads/1',
  ]);
  expect(uploads.size).toBe(2 * chunk + 9);
});

test('a registry may want larger chunks', async () => {
  const uploads = new FakeUploads(undefined, { 'oci-chunk-min-length': String(chunk + 100) });
  await uploadBlob(uploads.repository(), () => pieces(chunk + 150));
  expect(uploads.requests[1]).toBe(`PATCH /v2/a/blobs/uploads/1 0-${chunk + 99}`);
});

test('a chunk that arrived though its answer did not is not sent again', async () => {
  let isLost = false;
  const uploads: FakeUploads = new FakeUploads((request) => {
    if (request.method !== 'PATCH' || isLost) return undefined;
    isLost = true;
    uploads.received.push(new Uint8Array(chunk).fill(7));
    return new Response(null, { status: 503 });
  });
  await uploadBlob(uploads.repository(), () => pieces(chunk + 1));
  expect(uploads.size).toBe(chunk + 1);
  expect(uploads.requests.filter((line) => line.startsWith('GET'))).toHaveLength(1);
});

test('one of which a part arrived is gone on with', async () => {
  let isCut = false;
  const uploads: FakeUploads = new FakeUploads((request) => {
    if (request.method !== 'PATCH' || isCut) return undefined;
    isCut = true;
    uploads.received.push(new Uint8Array(1000).fill(7));
    return new Response(null, { status: 503 });
  });
  await uploadBlob(uploads.repository(), () => pieces(chunk + 1));
  expect(uploads.size).toBe(chunk + 1);
  expect(uploads.requests).toContain(`PATCH /v2/a/blobs/uploads/1 1000-${chunk - 1}`);
});

test.each(['BLOB_UPLOAD_INVALID', 'BLOB_UPLOAD_UNKNOWN'])(
  'an upload that the registry knows no more (%s) is begun again',
  async (code) => {
    let isLost = false;
    const uploads: FakeUploads = new FakeUploads((request) => {
      if (request.method !== 'PUT' || isLost) return undefined;
      isLost = true;
      uploads.received.length = 0;
      return Response.json({ errors: [{ code, message: 'x' }] }, { status: 404 });
    });
    await uploadBlob(uploads.repository(), () => pieces(chunk + 1));
    expect(uploads.size).toBe(chunk + 1);
    expect(uploads.requests.filter((line) => line.startsWith('POST'))).toHaveLength(2);
    const never = new FakeUploads(() => Response.json({ errors: [{ code }] }, { status: 404 }));
    await expect(uploadBlob(never.repository(), () => pieces(1))).rejects.toMatchObject({ code });
    expect(never.requests).toHaveLength(3);
  },
);

test('a registry that refuses is told of in its own words', async () => {
  const body = '{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}';
  const uploads = new FakeUploads(() => new Response(body, { status: 403 }));
  await expect(uploadBlob(uploads.repository(), () => pieces(1))).rejects.toMatchObject({
    message: 'denied: requested access to the resource is denied',
    kind: 'forbidden',
  });
});

test('an upload that is given up sends no more', async () => {
  const abort = new AbortController();
  const uploads = new FakeUploads((request) => {
    if (request.method === 'PATCH') abort.abort(new Error('given up'));
    return undefined;
  });
  await expect(
    uploadBlob(uploads.repository(), () => pieces(chunk, chunk, chunk), { signal: abort.signal }),
  ).rejects.toThrow('given up');
  expect(uploads.requests.filter((line) => line.startsWith('PATCH')).length).toBeLessThan(3);
});
