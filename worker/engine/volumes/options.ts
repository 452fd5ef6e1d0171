import { invalid } from '../errors.ts';

const known = new Set(['type', 'o', 'device', 'size']);
const needs: Readonly<Record<string, readonly string[]>> = {
  device: ['type'],
  type: ['device'],
  o: ['device', 'type'],
};

/** The local driver's options: what is mounted on the volume's directory. https://github.com/moby/moby/blob/v28.5.2/volume/local/local_unix.go */
export function validateVolumeOptions(options: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(`invalid option: ${JSON.stringify(unknown)}`);
  if (options['size'] !== undefined) throw invalid('quota size requested but no quota support');
  for (const [name, others] of Object.entries(needs)) {
    const missing = name in options ? others.find((other) => !(other in options)) : undefined;
    if (missing !== undefined) throw invalid(`missing required option: ${JSON.stringify(missing)}`);
  }
}
