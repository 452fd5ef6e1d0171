import type { SpecMount } from '../../../worker/protocol/agent.ts';
import { KernelError, RequestError } from '../kernel/errors.ts';
import { mkdirs } from '../kernel/files.ts';
import { mount, parseOptions, unmount } from '../kernel/mounts.ts';

/** Volumes that are file systems of their own: mounted in the machine as long as a container that runs has them. */
export class VolumeMounts {
  /** IDs of containers, by the place in the machine. */
  readonly #users = new Map<string, Set<string>>();

  /** Mounts what a container needs and nobody has yet. */
  take(id: string, mounts: readonly SpecMount[]): void {
    for (const { filesystem, source = '' } of mounts) {
      if (filesystem === undefined) continue;
      const users = this.#users.get(source) ?? new Set();
      if (users.size === 0) mountVolume(source, filesystem);
      this.#users.set(source, users.add(id));
    }
  }

  release(id: string): void {
    for (const [place, users] of this.#users) {
      if (!users.delete(id) || users.size > 0) continue;
      this.#users.delete(place);
      unmount(place);
    }
  }
}

type Filesystem = NonNullable<SpecMount['filesystem']>;

function mountVolume(place: string, { type, device, options }: Filesystem): void {
  const { flags, data } = parseOptions(options);
  mkdirs(place);
  try {
    mount(device, place, type, flags, data || null);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const what = `mount ${device}:${place}, data: ${data}: ${error.message.replace(/^.*: /, '')}`;
    const text = `error while mounting volume '${place}': failed to mount local volume: ${what}`;
    throw new RequestError('EINVAL', 'spec', text);
  }
}
