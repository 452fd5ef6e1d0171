import { chunksOf, without } from '../content/chunks.ts';
import { createHasher } from '../content/hasher.ts';
import { Verifier } from '../content/verifier.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { digestAlgorithm, parseDigest } from '../oci/digest.ts';
import { BottleshipError, invalid } from '../oci/errors.ts';
import { isSchema1Type, mediaTypes } from '../oci/mediatype.ts';
import { RegistryError } from './errors.ts';
import type { OnWait, RegistryRequest, Transport } from './transport.ts';

/** A manifest or index as the registry has sent it, with the digest that its bytes have. */
export interface Document {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly text: string;
}

const accepted = [
  mediaTypes.ociIndex,
  mediaTypes.dockerManifestList,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
].join(', ');

/** How long something may take, and who is told of waits. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: OnWait | undefined;
}

/** Registries take manifests of up to 4 MB. https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pushing-manifests */
const maxManifest = 4 << 20;
const resumes = 5;

/** An upload that a registry has opened. */
export interface OpenUpload {
  readonly address: string;
  /** Bytes that every chunk but the last must have at least. */
  readonly leastChunk: number;
}

/**
 * One repository of a registry.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md
 */
export class Repository {
  readonly #transport: Transport;
  readonly #path: string;

  constructor(transport: Transport, path: string) {
    this.#transport = transport;
    this.#path = path;
  }

  /** By tag or digest. Fails with `not-found`. What does not have the digest it was asked for by fails with `invalid`. */
  async manifest(reference: string): Promise<Document> {
    const response = await this.#send('GET', `manifests/${reference}`, { headers: { Accept: accepted } });
    const text = await limitedText(response);
    const wanted = reference.includes(':') ? parseDigest(reference) : undefined;
    const digest = await digestOf(text, wanted && digestAlgorithm(wanted));
    if (wanted !== undefined && digest !== wanted)
      throw invalid(`manifest verification failed for digest ${wanted}`);
    return { mediaType: contentType(response, text), digest, text };
  }

  /**
   * A blob's bytes, checked at their end. A connection that breaks is taken up where it broke, when the registry serves
   * ranges. Fails with `invalid` when they are not what the descriptor names.
   */
  async *blob(
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    patience: Patience = {},
  ): AsyncGenerator<Uint8Array> {
    const verifier = await Verifier.create(descriptor);
    for await (const chunk of this.unchecked(descriptor, patience)) {
      verifier.update(chunk);
      yield chunk;
    }
    verifier.finish();
  }

  /** The same from an offset on, for who checks the bytes himself. */
  async *unchecked(
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    patience: Patience = {},
    from = 0,
  ): AsyncGenerator<Uint8Array> {
    let have = from;
    for (let attempt = 0; have < descriptor.size && attempt <= resumes; attempt += 1) {
      try {
        for await (const chunk of await this.blobFrom(descriptor.digest, have, patience)) {
          have += chunk.length;
          yield chunk;
        }
        // An answer that ends in good order is all there is, also when that is too little.
        return;
      } catch (error) {
        patience.signal?.throwIfAborted();
        if (error instanceof BottleshipError || attempt === resumes) throw error;
      }
    }
  }

  /** Whether the registry has a blob. */
  async hasBlob(digest: Digest): Promise<boolean> {
    return this.#exists(`blobs/${digest}`, {});
  }

  async hasManifest(digest: Digest): Promise<boolean> {
    return this.#exists(`manifests/${digest}`, { Accept: accepted });
  }

  /** All tags, in the registry's order. */
  async *tags(): AsyncGenerator<string> {
    for (let next: string | undefined = 'tags/list?n=1000'; next !== undefined;) {
      const response: Response = await this.#send('GET', next, {});
      const { tags } = (await response.json()) as { tags?: string[] | null };
      yield* tags ?? [];
      next = nextPage(response);
    }
  }

  /** Deletes a tag or a manifest; many registries do not let one. */
  async deleteManifest(reference: string): Promise<void> {
    await this.#send('DELETE', `manifests/${reference}`, {});
  }

  /** Deletes a blob, which manifests may still name. */
  async deleteBlob(digest: Digest): Promise<void> {
    await this.#send('DELETE', `blobs/${digest}`, {});
  }

  /** Resolves with the digest under which the registry keeps it. */
  async putManifest(reference: string, mediaType: string, text: string): Promise<Digest> {
    await this.#send('PUT', `manifests/${reference}`, { headers: { 'Content-Type': mediaType }, body: text });
    return digestOf(text);
  }

  /** Asks for a blob of another repository to be used here too. Whether it was; an upload of it is open otherwise. */
  async mountBlob(
    digest: Digest,
    from: string,
  ): Promise<{ mounted: true } | { mounted: false; upload: OpenUpload }> {
    const query = `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
    const response = await this.#send('POST', query, {}, `repository:${from}:pull`);
    if (response.status === 201) return { mounted: true };
    return { mounted: false, upload: openedUpload(response, this.#transport.base) };
  }

  async startUpload(): Promise<OpenUpload> {
    return openedUpload(await this.#send('POST', 'blobs/uploads/', {}), this.#transport.base);
  }

  /** One piece of an upload, at `offset`. Resolves with where the next one goes. */
  async uploadChunk(
    { address }: OpenUpload,
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
    patience: Patience = {},
  ): Promise<OpenUpload> {
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Content-Range': `${offset}-${offset + bytes.length - 1}`,
    };
    const request = { headers, body: bytes, persistent: true, ...given(patience) };
    return openedUpload(await this.#send('PATCH', address, request), this.#transport.base);
  }

  /** How many bytes of an upload the registry has, and where the next ones go. */
  async uploadStatus({ address }: OpenUpload): Promise<{ upload: OpenUpload; offset: number }> {
    const response = await this.#send('GET', address, { persistent: true });
    const last = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
    // A registry that has nothing says 0-0, as does one that has a single byte, which no chunk of ours is.
    const offset = last === undefined || last === '0' ? 0 : Number(last) + 1;
    return { upload: openedUpload(response, this.#transport.base), offset };
  }

  /** Ends an upload, with its last or only bytes. */
  async finishUpload(
    { address }: OpenUpload,
    digest: Digest,
    bytes?: Uint8Array<ArrayBuffer>,
    patience: Patience = {},
  ): Promise<void> {
    const url = `${address}${address.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    const headers = { 'Content-Type': 'application/octet-stream' };
    await this.#send('PUT', url, { headers, ...(bytes && { body: bytes }), ...given(patience) });
  }

  async #exists(url: string, headers: Record<string, string>): Promise<boolean> {
    try {
      await this.#send('HEAD', url, { headers });
      return true;
    } catch (error) {
      if (error instanceof RegistryError && error.status === 404) return false;
      throw error;
    }
  }

  /** A blob's bytes from an offset on, not checked. */
  async blobFrom(digest: Digest, from: number, patience: Patience = {}): Promise<AsyncIterable<Uint8Array>> {
    const headers = from > 0 ? { Range: `bytes=${from}-` } : {};
    const response = await this.#send('GET', `blobs/${digest}`, {
      headers,
      persistent: true,
      ...given(patience),
    });
    if (response.body === null) return empty();
    const chunks = chunksOf(response.body);
    return from > 0 && response.status !== 206 ? without(chunks, from) : chunks;
  }

  #send(
    method: RegistryRequest['method'],
    url: string,
    rest: Pick<RegistryRequest, 'headers' | 'body' | 'signal' | 'persistent' | 'onWait'>,
    moreScope = '',
  ): Promise<Response> {
    const actions =
      method === 'GET' || method === 'HEAD' ? 'pull' : method === 'DELETE' ? 'delete' : 'pull,push';
    const scope = `repository:${this.#path}:${actions} ${moreScope}`.trim();
    const isAddress = url.startsWith('/') || url.includes('://');
    return this.#transport.send({ method, url: isAddress ? url : `v2/${this.#path}/${url}`, scope, ...rest });
  }
}

async function* empty(): AsyncGenerator<Uint8Array> {
  // Nothing comes from an answer without a body.
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let size = 0;
  for await (const chunk of response.body === null ? empty() : chunksOf(response.body)) {
    size += chunk.length;
    if (size > maxManifest) throw invalid(`the manifest is larger than ${maxManifest} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Some servers of static files know no manifest types; then the document's own word counts. */
function contentType(response: Response, text: string): string {
  const type = response.headers.get('content-type')?.split(';', 1)[0]?.trim() ?? '';
  if ((accepted.includes(type) && type !== '') || isSchema1Type(type)) return type;
  try {
    const { mediaType } = JSON.parse(text) as { mediaType?: unknown };
    return typeof mediaType === 'string' ? mediaType : mediaTypes.ociManifest;
  } catch {
    throw invalid('the registry did not answer with a manifest');
  }
}

async function digestOf(text: string, algorithm?: string): Promise<Digest> {
  const hasher = await createHasher(algorithm);
  hasher.update(new TextEncoder().encode(text));
  return hasher.digest();
}

function openedUpload({ headers }: Response, base: string): OpenUpload {
  const location = headers.get('location');
  if (location === null)
    throw new BottleshipError('unavailable', 'the registry did not say where to upload to');
  const least = Number(headers.get('oci-chunk-min-length') ?? '0');
  return {
    address: new URL(location, base).href,
    leastChunk: Number.isSafeInteger(least) && least > 0 ? least : 0,
  };
}

/** What is there of it. */
function given({ signal, onWait }: Patience): Pick<RegistryRequest, 'signal' | 'onWait'> {
  return { ...(signal && { signal }), ...(onWait && { onWait }) };
}

/** https://www.rfc-editor.org/rfc/rfc8288 */
function nextPage(response: Response): string | undefined {
  return /<([^>]+)>\s*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1];
}
