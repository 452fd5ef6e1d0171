import type { ContainerConfig } from './config.ts';
import type { Filters } from './streams.ts';
import type { AuthConfig } from './system.ts';

export interface ImageSummary {
  Id: string;
  ParentId: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  /** Seconds since 1970. */
  Created: number;
  Size: number;
  /** -1 unless asked for. */
  SharedSize: number;
  Labels: Record<string, string> | null;
  /** -1 unless asked for. */
  Containers: number;
}

export interface ImageHistoryItem {
  /** `<missing>` where no image is here. */
  Id: string;
  /** Seconds since 1970. */
  Created: number;
  CreatedBy: string;
  Tags: string[] | null;
  Size: number;
  Comment: string;
}

/** `docker pull`. Without a tag or a digest in name or tag, all tags of the repository. */
export interface PullOptions {
  fromImage: string;
  tag: string;
  platform?: string;
  /** For the registry that the name says. */
  auth?: AuthConfig;
}

/** `docker push`. */
export interface PushOptions {
  /** All tags of the repository without one. */
  tag?: string;
  platform?: { os?: string; architecture?: string; variant?: string };
  auth?: AuthConfig;
}

/** `docker search`. */
export interface SearchOptions {
  term: string;
  limit?: number;
  filters?: Filters;
  auth?: AuthConfig;
}

export interface SearchResult {
  star_count: number;
  is_official: boolean;
  name: string;
  is_automated: boolean;
  description: string;
}

/** What a registry has under a name. */
export interface DistributionInspect {
  Descriptor: { mediaType: string; digest: string; size: number };
  Platforms: { architecture: string; os: string; variant?: string }[];
}

/** What an image runs on. */
export interface ImagePlatform {
  os: string;
  architecture: string;
  variant?: string;
}

/** `docker commit`. */
export interface CommitOptions {
  repo?: string;
  tag?: string;
  comment?: string;
  author?: string;
  /** Whether a running container is paused meanwhile; it is unless this is false. */
  pause?: boolean;
  /** Dockerfile instructions. */
  changes?: string[];
  /** In place of the container's. */
  config?: ContainerConfig;
}

/** `docker import`. */
export interface ImportOptions {
  repo?: string;
  tag?: string;
  message?: string;
  changes?: string[];
  /** `os[/architecture[/variant]]` */
  platform?: string;
}

/** One step of removing an image. */
export type DeletedImage = { Untagged: string } | { Deleted: string };

export interface ImagesPruned {
  ImagesDeleted: DeletedImage[] | null;
  /** Bytes. */
  SpaceReclaimed: number;
}

export interface ImageInspect {
  Id: string;
  RepoTags: string[];
  RepoDigests: string[];
  Parent: string;
  Comment: string;
  Created: string;
  DockerVersion: string;
  Author: string;
  Config: ContainerConfig;
  Architecture: string;
  Variant?: string;
  Os: string;
  Size: number;
  GraphDriver: { Name: string; Data: Record<string, string> | null };
  RootFS: { Type: string; Layers: string[] };
  Metadata: { LastTagTime: string };
}
