import type { ContainerConfig } from './config.ts';

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
  Os: string;
  Size: number;
  GraphDriver: { Name: string; Data: Record<string, string> | null };
  RootFS: { Type: string; Layers: string[] };
  Metadata: { LastTagTime: string };
}
