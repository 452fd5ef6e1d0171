import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackCpio } from './cpio.suite.ts';
import { packCpio } from './cpio.ts';
import { character, directory, file, link, withParents } from './root-entries.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a cpio archive', () => {
  it('holds every entry, whatever the length of names and contents', () => {
    const name = fc.stringMatching(/^[a-z]{1,9}$/);
    const files = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 9 })), {
      selector: ([path]) => path,
    });
    fc.assert(
      fc.property(files, (pairs) => {
        const unpacked = unpackCpio(packCpio(pairs.map(([path, content]) => file(path, 0o644, content))));
        expect(new Map([...unpacked].map(([path, entry]) => [path, [...entry.content]]))).toEqual(
          new Map(pairs.map(([path, content]) => [path, [...content]])),
        );
      }),
    );
  });

  it('is the same for the same entries in any order', () => {
    const entries = [directory('bin'), file('bin/sh', 0o755, bytes('x')), character('dev', 0o600, 5, 1)];
    expect(packCpio(entries)).toEqual(packCpio([...entries].reverse()));
  });

  it('keeps types and permissions', () => {
    const entries = [directory('tmp', 0o1777), link('init', 'bin/agent'), character('console', 0o600, 5, 1)];
    const modes = [...unpackCpio(packCpio(entries))].map(([path, { mode }]) => `${path} ${mode.toString(8)}`);
    expect(modes).toEqual(['console 20600', 'init 120777', 'tmp 41777']);
  });

  it.runIf(hasCpio())('is read by cpio', () => {
    const archive = packCpio(
      withParents([file('lib/agent.js', 0o644, bytes('1')), link('init', '/bin/agent')]),
    );
    const listing = execFileSync('cpio', ['-t', '--quiet'], { input: archive, encoding: 'utf8' });
    expect(listing.trim().split('\n')).toEqual(['init', 'lib', 'lib/agent.js']);
  });
});

function hasCpio(): boolean {
  try {
    execFileSync('cpio', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
