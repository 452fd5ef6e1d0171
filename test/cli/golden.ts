/** The recordings of docker's output beside the repository, where they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One recorded command. */
export interface Recording {
  readonly command: string;
  /** As the shell was given it. */
  readonly line: string;
  readonly tty: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** Without the version prefix and the pings that every command begins with. */
  readonly calls: readonly string[];
}

const path = fileURLToPath(new URL('../../../shared/golden/cli.txt', import.meta.url));

export const goldenMissing = existsSync(path) ? undefined : `${path} is not there`;

export function readGolden(): Recording[] {
  const blocks = readFileSync(path, 'utf8').split(/^\$ /m).slice(1);
  return blocks.map(parseBlock);
}

function parseBlock(block: string): Recording {
  const [first = '', ...lines] = block.split('\n');
  const end = lines.findIndex((line) => line.startsWith('[rc='));
  const output = lines.slice(0, end);
  const stderr = output.filter((line) => line.startsWith('2> ')).map((line) => `${line.slice(3)}\n`);
  const stdout = output.filter((line) => !line.startsWith('2> ')).map((line) => `${line}\n`);
  return {
    command: first.replace(/^\[tty\] /, '').replaceAll('\\$', '$'),
    line: first.replace(/^\[tty\] /, ''),
    tty: first.startsWith('[tty] '),
    stdout: unescape(stdout.join('')),
    stderr: unescape(stderr.join('')),
    code: Number(/\d+/.exec(lines[end] ?? '')?.[0]),
    calls: lines.slice(end + 1).flatMap(parseCall),
  };
}

function unescape(text: string): string {
  return text.replaceAll('^M', '\r').replaceAll('^[', '\x1b').replaceAll('^@', '\0');
}

function parseCall(line: string): string[] {
  const call = /^ {2}API (.*)$/.exec(line)?.[1];
  return call === undefined || call === 'HEAD /_ping' ? [] : [call.replace('/v1.50', '')];
}
