/** A build through `POST /build`, described. */
import type { ProgressMessage } from '../../worker/protocol/engine-api.ts';
import type { Build, BuildQuery } from './case.ts';
import { serverMark } from './case.ts';
import { contextTar } from './context.ts';
import type { EngineClient } from './engine-client.ts';
import type { BaseImages } from './image.ts';
import { anonymous, type BuildResult } from './result.ts';

/** Where a build happens. */
export interface Surroundings {
  readonly engine: EngineClient;
  readonly bases: BaseImages;
  /** Address of the server for files. */
  readonly server: string;
}

export async function buildClassic(
  { engine, bases, server }: Surroundings,
  build: Build,
): Promise<BuildResult> {
  const parameters = searchParameters(build.query, server);
  const { status, body } = await engine.call(
    'POST',
    `/v1.51/build?${parameters}`,
    await contextTar(build.files),
  );
  const text = String(body).replaceAll(server, serverMark);
  if (status !== 200) {
    const { message } = JSON.parse(text) as { message: string };
    return { output: [], status, error: anonymous(message) };
  }
  const messages = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ProgressMessage);
  const failure = messages.find(({ error }) => error !== undefined);
  const id = messages.findLast(({ aux }) => aux !== undefined)?.aux as { ID: string } | undefined;
  const code = failure?.errorDetail?.code;
  return {
    output: outputLines(messages),
    ...(failure?.error !== undefined && { error: anonymous(failure.error) }),
    ...(code !== undefined && { code }),
    ...(!failure && id && { image: await bases.describe(engine, id.ID) }),
  };
}

function searchParameters(query: BuildQuery, server: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values: unknown[] = name === 't' ? [value].flat() : [value];
    for (const one of values)
      parameters.append(
        name,
        (typeof one === 'string' ? one : JSON.stringify(one)).replaceAll(serverMark, server),
      );
  }
  return parameters.toString();
}

/** How far a download has come is left out. */
function outputLines(messages: readonly ProgressMessage[]): string[] {
  const text = messages
    .map(({ stream, aux }) => stream ?? (aux === undefined ? '' : `{aux ${Object.keys(aux).join()}}\n`))
    .join('');
  return text === ''
    ? []
    : anonymous(text)
        .replace(/\n$/, '')
        .split('\n')
        .filter((line) => !otherPlatform.test(line));
}

/** Where Docker's own machine is another than the image's. */
const otherPlatform = /^ ---> \[Warning\] The requested image's platform /;
