import { fileTypes } from '../ninep/qid.ts';
import type { TarEntryType } from '../oci/tar/typeflag.ts';

/** The file type in the mode of what an entry of an archive makes; a hard link's own is never looked at. */
export const entryFileTypes: Readonly<Record<TarEntryType, number>> = {
  file: fileTypes.regular,
  hardlink: fileTypes.regular,
  symlink: fileTypes.symlink,
  character: fileTypes.characterDevice,
  block: fileTypes.blockDevice,
  directory: fileTypes.directory,
  fifo: fileTypes.fifo,
};
