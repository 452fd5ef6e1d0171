import type { SpecMount } from '../../protocol/agent.ts';
import type { MountPoint } from '../../protocol/engine-api.ts';
import type { Image } from '../images/image.ts';

/** A place in a container where something of the machine is: what its mounts have come to when it was made. */
export interface ContainerMount {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'image';
  readonly destination: string;
  /** A path of the machine; empty for a tmpfs; what an image was called. */
  readonly source: string;
  /** Of a volume. */
  readonly name: string | undefined;
  /** The volume was made for this container and has no name of its own. */
  readonly anonymous: boolean;
  readonly subpath: string | undefined;
  readonly image: Pick<Image, 'id' | 'layers'> | undefined;
  /** Of a volume that is one: mounted on the source while it is used. */
  readonly filesystem: SpecMount['filesystem'];
  readonly mode: string;
  readonly writable: boolean;
  readonly propagation: string;
  /** Whether an empty volume gets what the image has there. */
  readonly copy: boolean;
  /** A bind's source is made when it is missing. */
  readonly create: boolean;
  readonly recursive: boolean;
  /** What is mounted below a source that may only be read may be read only, too. */
  readonly recursiveReadonly: boolean;
  /** Of a tmpfs. */
  readonly options: readonly string[];
}

const plain: ContainerMount = {
  type: 'tmpfs',
  destination: '',
  source: '',
  name: undefined,
  anonymous: false,
  subpath: undefined,
  image: undefined,
  filesystem: undefined,
  mode: '',
  writable: true,
  propagation: '',
  copy: false,
  create: false,
  recursive: true,
  recursiveReadonly: true,
  options: [],
};

/** With everything that is not said as it usually is. */
export function containerMount(
  known: Partial<ContainerMount> & Pick<ContainerMount, 'type' | 'destination'>,
): ContainerMount {
  return { ...plain, ...known };
}

/** As inspect and list show it. */
export function inspectMount(mount: ContainerMount): MountPoint {
  const { type, name, source, destination, mode, writable, propagation } = mount;
  return {
    Type: type,
    ...(name !== undefined && { Name: name }),
    // Docker tells where it has the image mounted; here that is nowhere but in the container.
    ...(type === 'image' ? { Name: source, Source: '' } : { Source: source }),
    Destination: destination,
    ...(type === 'volume' && { Driver: 'local' }),
    Mode: mode,
    RW: writable,
    Propagation: propagation,
  };
}
