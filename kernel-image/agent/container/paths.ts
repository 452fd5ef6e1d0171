/** Where things are in the guest. Containers see none of it. */
export const paths = {
  /** The 9P mount; each layer is a directory in it. */
  layers: '/run/bottleship/layers',
  /** Where every container's root is attached, each in a mount namespace of its own. */
  root: '/run/bottleship/root',
  /** The 9P mount of the folders that people work in. */
  work: '/root/work',
  sockets: '/run/bottleship',
  /** Where every client looks for the Engine API. */
  api: '/var/run/docker.sock',
  data: '/var/lib/docker',
  cgroups: '/sys/fs/cgroup/docker',
} as const;

export const snapshotPath = (id: string): string => `${paths.data}/overlay2/${id}`;
export const containerPath = (id: string): string => `${paths.data}/containers/${id}`;
export const volumePath = (name: string): string => `${paths.data}/volumes/${name}`;

const cgroupParents = new Map<string, string>();

/** Where the container's cgroup is; below `paths.cgroups` unless another parent was set. */
export const cgroupPath = (id: string): string => `${cgroupParents.get(id) ?? paths.cgroups}/${id}`;

/** From now on the container's cgroup is there; without a parent in its usual place. */
export function setCgroupParent(id: string, parent?: string): void {
  if (parent === undefined) cgroupParents.delete(id);
  else cgroupParents.set(id, parent);
}
