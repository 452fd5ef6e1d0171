/** Reads an archive of packCpio's back by the format's own words: mode and content of each entry. */
export function unpackCpio(archive: Uint8Array): Map<string, { mode: number; content: Uint8Array }> {
  const entries = new Map<string, { mode: number; content: Uint8Array }>();
  const text = (from: number, to: number): string => new TextDecoder().decode(archive.subarray(from, to));
  const field = (at: number, index: number): number =>
    Number.parseInt(text(at + 6 + index * 8, at + 14 + index * 8), 16);
  for (let at = 0; ;) {
    const magic = text(at, at + 6);
    if (magic !== '070701') throw new Error(`no entry of a newc archive at ${at}: ${JSON.stringify(magic)}`);
    const name = text(at + 110, at + 110 + field(at, 11) - 1);
    if (name === 'TRAILER!!!') return entries;
    const start = Math.ceil((at + 110 + field(at, 11)) / 4) * 4;
    entries.set(name, { mode: field(at, 1), content: archive.subarray(start, start + field(at, 6)) });
    at = Math.ceil((start + field(at, 6)) / 4) * 4;
  }
}
