import type { ImageBuildOptions } from '../../protocol/engine-api.ts';

export interface BuildResult {
  readonly image: string | undefined;
  /** What a registry has of it. */
  readonly pushed: string | undefined;
  readonly names: readonly string[];
}

export interface BuiltRequest extends Pick<ImageBuildOptions, 'buildArgs' | 'labels' | 'noCache' | 'target'> {
  readonly dockerfile: string;
  readonly platform: string;
}

/** What `--metadata-file` has after a build, with what the engine knows of its provenance. */
export function buildMetadata({ image, pushed, names }: BuildResult, request: BuiltRequest): object {
  return {
    'buildx.build.provenance': provenance(request),
    'buildx.build.ref': `default/default/${randomRef()}`,
    ...(image !== undefined && {
      'containerimage.config.digest': image,
      'containerimage.digest': pushed ?? image,
    }),
    ...(image !== undefined && names.length > 0 && { 'image.name': names.join() }),
  };
}

function provenance({ dockerfile, platform, ...request }: BuiltRequest): object {
  const args = frontendArgs(request);
  return {
    builder: { id: '' },
    buildType: 'https://mobyproject.org/buildkit@v1',
    invocation: {
      configSource: { entryPoint: dockerfile },
      parameters: {
        frontend: 'dockerfile.v0',
        ...(Object.keys(args).length > 0 && { args }),
        locals: [{ name: 'context' }, { name: 'dockerfile' }],
      },
      environment: { platform },
    },
  };
}

function frontendArgs({
  buildArgs = {},
  labels = {},
  noCache,
  target,
}: Omit<BuiltRequest, 'dockerfile' | 'platform'>): Record<string, string> {
  const pairs: (readonly [string, string])[] = [
    ...named('build-arg', buildArgs),
    ...named('label', labels),
    ...(noCache ? [['no-cache', ''] as const] : []),
    ...(target ? [['target', target] as const] : []),
  ];
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function named(
  prefix: string,
  values: Readonly<Record<string, string | null>>,
): (readonly [string, string])[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [[`${prefix}:${key}`, value] as const],
  );
}

/** 25 characters, as BuildKit's. */
function randomRef(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(25));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('');
}
