import type { ByteReader } from './byte-reader.ts';
import { BadRequest, Disconnected } from './errors.ts';
import { HeaderFields } from './headers.ts';

/** Go's default, and the slack it grants on top: https://github.com/golang/go/blob/go1.24.4/src/net/http/server.go#L921 */
export const maxHead = (1 << 20) + 4096;

/** What comes before the body. */
export interface RequestHead {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  readonly minor: number;
  readonly headers: HeaderFields;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const hostCharacters = /^[!$%&()*+,\-.:;=@[\]_~'0-9A-Za-z]*$/;
const badCharacters = /[\0-\x08\x0a-\x1f\x7f]/;
const decoder = new TextDecoder();

/** Reads a request's head; undefined when the client has ended without one. Throws `BadRequest` and `Disconnected`. */
export async function readHead(reader: ByteReader): Promise<RequestHead | undefined> {
  const lines = new HeadLines(reader);
  const first = await lines.first();
  if (first === undefined) return undefined;
  const start = parseRequestLine(first);
  const headers = new HeaderFields();
  for (let line = await lines.next(); line !== ''; line = await lines.next()) addField(headers, line);
  checkHost(headers, start.minor);
  return { ...start, headers };
}

/** The lines of one head, folded ones unfolded. */
class HeadLines {
  readonly #reader: ByteReader;
  #left = maxHead;
  /** Read ahead, to see whether it continues the one before. */
  #ahead: string | undefined;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /** Line breaks before a request line are passed over, as RFC 9112 2.2 asks for. */
  async first(): Promise<string | undefined> {
    if (this.#reader.buffered === 0 && !(await this.#reader.fill())) return undefined;
    let line = await this.#read();
    for (let skipped = 0; line === '' && skipped < 4; skipped += 1) {
      if (this.#reader.buffered === 0 && !(await this.#reader.fill())) return undefined;
      line = await this.#read();
    }
    return line;
  }

  async next(): Promise<string> {
    let line = this.#ahead ?? (await this.#read());
    this.#ahead = undefined;
    if (line === '') return line;
    if (/^[ \t]/.test(line)) throw new BadRequest();
    for (this.#ahead = await this.#read(); /^[ \t]/.test(this.#ahead); this.#ahead = await this.#read())
      line += ` ${this.#ahead.trim()}`;
    return line;
  }

  async #read(): Promise<string> {
    const bytes = await this.#reader.line(
      this.#left,
      () => new BadRequest('431 Request Header Fields Too Large'),
    );
    if (bytes === undefined) throw new Disconnected();
    this.#left -= bytes.length;
    return decoder.decode(bytes).replace(/\r?\n$/, '');
  }
}

function parseRequestLine(line: string): Pick<RequestHead, 'method' | 'target' | 'minor'> {
  const [, method = '', target = '', version = ''] = /^(\S+) (\S+) (\S+)$/.exec(line) ?? [];
  const [, major, minor] = /^HTTP\/(\d)\.(\d)$/.exec(version) ?? [];
  if (!token.test(method) || major === undefined || !isTarget(target)) throw new BadRequest();
  if (major !== '1') throw new BadRequest('505 HTTP Version Not Supported', 'unsupported protocol version');
  return { method, target, minor: Number(minor) };
}

/** A path or a whole address, with no broken escape in its path; or `*`. */
function isTarget(target: string): boolean {
  if (badCharacters.test(target)) return false;
  const path = target.replace(/\?.*$/s, '');
  return target === '*' || (/^(\/|https?:\/\/)/i.test(target) && !/%(?![0-9a-f]{2})/i.test(path));
}

function addField(headers: HeaderFields, line: string): void {
  const colon = line.indexOf(':');
  if (colon <= 0) throw new BadRequest();
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1).trim();
  if (token.test(name.trimEnd()) && name.endsWith(' '))
    throw new BadRequest(undefined, 'invalid header name');
  if (!token.test(name) || badCharacters.test(value)) throw new BadRequest();
  headers.add(name, value);
}

function checkHost(headers: HeaderFields, minor: number): void {
  const hosts = headers.all('host');
  if (minor > 0 && hosts.length === 0) throw new BadRequest(undefined, 'missing required Host header');
  if (hosts.length > 1) throw new BadRequest();
  if (!hostCharacters.test(hosts[0] ?? '')) throw new BadRequest(undefined, 'malformed Host header');
}
