import type { Attributes } from '../ninep/file.ts';
import { fileTypes } from '../ninep/qid.ts';
import { encodeText } from '../oci/text.ts';
import type { EntryRecord } from './metadata.ts';
import type { Mount } from './mount.ts';
import { WorkNode } from './node.ts';

/** A symbolic link. No host of the browser's has any, so it is kept beside. */
export class WorkSymlink extends WorkNode {
  readonly #target: string;

  constructor(mount: Mount, target: string) {
    super(mount, fileTypes.symlink | 0o777);
    this.#target = target;
    this.isSet = true;
  }

  getattr(): Attributes {
    return this.attributes(encodeText(this.#target).length);
  }

  readlink(): string {
    return this.#target;
  }

  override get record(): EntryRecord {
    return { ...super.record, target: this.#target };
  }
}
