import { readFile, writeFile } from '../kernel/files.ts';
import { containerPath } from './paths.ts';

/** Where the name comes first in a line, the line's address is replaced. The file stays the one that is mounted. */
export function changeHosts({ id, name, address }: { id: string; name: string; address: string }): void {
  const path = `${containerPath(id)}/hosts`;
  const lines = readFile(path).split('\n');
  writeFile(path, lines.map((line) => (firstName(line) === name ? changed(line, address) : line)).join('\n'));
}

function firstName(line: string): string {
  return line.slice(line.indexOf('\t') + 1).split(' ')[0] ?? '';
}

function changed(line: string, address: string): string {
  return address + line.slice(line.indexOf('\t'));
}
