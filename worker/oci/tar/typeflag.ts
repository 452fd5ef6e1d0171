/** What an entry of an archive is. */
export type TarEntryType = 'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';

/** As a header writes it. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar, typeflag) */
export const typeflags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};
