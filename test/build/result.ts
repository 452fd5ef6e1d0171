/** What a build came to, without what differs from one time to the next. */
export interface BuildResult {
  /** What the builder said, line by line. */
  readonly output: readonly string[];
  /** Of an answer that is no stream of messages. */
  readonly status?: number;
  /** What BuildKit's checks say of the Dockerfile. */
  readonly warnings?: readonly string[];
  readonly error?: string;
  /** The exit code that goes with the error. */
  readonly code?: number;
  readonly image?: ImageResult;
}

export interface ImageResult {
  /** The image's JSON without times, identifiers and layers. */
  readonly json: Readonly<Record<string, unknown>>;
  /** What was done above the base image. */
  readonly history: readonly Readonly<Record<string, unknown>>[];
  /** Above the base image: of each, its files in the order of their paths. */
  readonly layers: readonly (readonly string[])[];
}

/** Identifiers differ from one time to the next. */
export function anonymous(text: string): string {
  return text
    .replaceAll(/\/[^\s"']*\/overlay2\/[^\s"'/]+\/(?:diff|merged)\b/g, '')
    .replaceAll(/\/[^\s"']*\/docker-builder\d+\//g, '')
    .replaceAll(/\bref [\w-]+::\w+/g, 'ref <id>')
    .replaceAll(/\bsha256:[0-9a-f]{64}\b/g, '<id>')
    .replaceAll(/(?<![0-9a-f:])[0-9a-f]{64}\b(?! in )/g, '<id>')
    .replaceAll(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g, '<id>');
}
