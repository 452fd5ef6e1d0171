import type { ImageInspect } from '../../protocol/engine-api.ts';
import type { RunConfig } from '../../oci/imageconfig.ts';
import { formatTime, never } from '../time.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './store.ts';

export function inspectImage(image: Image, images: ImageStore): ImageInspect {
  const { full } = image;
  return {
    Id: image.id,
    RepoTags: images.tagsOf(image.id),
    RepoDigests: images.digestsOf(image.id),
    Parent: image.parent ?? '',
    Comment: full.history?.at(-1)?.comment ?? '',
    Created: full.created ?? never,
    DockerVersion: full.docker_version ?? '',
    Author: full.author ?? '',
    Architecture: full.architecture,
    ...(full.variant && { Variant: full.variant }),
    Os: full.os,
    Size: image.size,
    GraphDriver: { Name: 'overlay2', Data: null },
    RootFS: { Type: 'layers', Layers: [...image.layers] },
    Metadata: { LastTagTime: formatTime(images.lastTagged(image.id)) },
    // Last, as the Engine API has it: https://github.com/moby/moby/blob/v28.5.2/api/server/router/image/inspect_response.go
    Config: inspectConfig(image.config),
  };
}

/**
 * Since API 1.50 without the fields that only containers have; these are there even when they are empty, and then as
 * null: `CMD []` is no command here. By name, as Go writes maps.
 */
function inspectConfig(config: RunConfig): ImageInspect['Config'] {
  const empty = {
    Cmd: null,
    Entrypoint: null,
    Env: null,
    Labels: null,
    OnBuild: null,
    User: '',
    Volumes: null,
    WorkingDir: '',
  };
  const { Hostname: _, ...kept } = config;
  const said = Object.entries(structuredClone(kept)).filter(([, value]) => !isEmpty(value));
  const fields = Object.entries({ ...empty, ...Object.fromEntries(said) });
  return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What Go's `omitempty` leaves out. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}
