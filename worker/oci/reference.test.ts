import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BottleshipError } from './errors.ts';
import { familiarReference, formatReference, parseReference, withDefaultTag } from './reference.ts';

const recorded = JSON.parse(readFileSync(new URL('recorded/references.json', import.meta.url), 'utf8')) as {
  names: [text: string, familiar: string | null, error?: string][];
};

const hex = 'a'.repeat(64);

describe('reference', () => {
  test.each([
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest', 'bitnami/redis:latest'],
    ['localhost/a', 'localhost/a:latest', 'localhost/a:latest'],
    ['localhost:5000/a/b:v1', 'localhost:5000/a/b:v1', 'localhost:5000/a/b:v1'],
    ['[2001:db8::1]:5000/a', '[2001:db8::1]:5000/a:latest', '[2001:db8::1]:5000/a:latest'],
    ['Uppercase/a', 'Uppercase/a:latest', 'Uppercase/a:latest'],
    [`busybox@sha256:${hex}`, `docker.io/library/busybox@sha256:${hex}`, `busybox@sha256:${hex}`],
    [`ghcr.io/a/b:t@sha256:${hex}`, `ghcr.io/a/b:t@sha256:${hex}`, `ghcr.io/a/b:t@sha256:${hex}`],
    ['a__b/c-----d', 'docker.io/a__b/c-----d:latest', 'a__b/c-----d:latest'],
    ['foo:5000', 'docker.io/library/foo:5000', 'foo:5000'],
    ['docker.io/library/a/b', 'docker.io/library/a/b:latest', 'library/a/b:latest'],
  ])('%s', (text, full, familiar) => {
    const reference = withDefaultTag(parseReference(text));
    expect(formatReference(reference)).toBe(full);
    expect(familiarReference(reference)).toBe(familiar);
    expect(withDefaultTag(parseReference(familiar))).toEqual(reference);
  });

  test.each([
    ['', 'invalid reference format'],
    ['BusyBox', 'invalid reference format: repository name (library/BusyBox) must be lowercase'],
    ['a/B', 'repository name (a/B) must be lowercase'],
    ['a b', 'invalid reference format'],
    [':tag', 'invalid reference format'],
    ['a:', 'invalid reference format'],
    ['-a', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['a___b', 'invalid reference format'],
    ['a/', 'invalid reference format'],
    [`a:${'t'.repeat(129)}`, 'invalid reference format'],
    [`a@sha256:${hex.slice(1)}`, 'invalid checksum digest length'],
    [`a@md5:${hex}`, 'unsupported digest algorithm'],
    [hex, 'cannot specify 64-byte hexadecimal strings'],
    ['b'.repeat(256), 'repository name must not be more than 255 characters'],
  ])('refuses %j', (text, message) => {
    expect(() => parseReference(text)).toThrow(message);
  });

  test.each(recorded.names)('%j as Docker’s engine reads it', (text, familiar, error) => {
    const read = () => familiarReference(withDefaultTag(parseReference(text)));
    if (error === undefined) expect(read()).toBe(familiar);
    else expect(read).toThrow(new BottleshipError('invalid', error));
  });

  test('what parses comes back from both its forms', () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9./:@_-]{1,40}$/);
    fc.assert(
      fc.property(text, (text) => {
        const reference = tryParse(text);
        if (reference === undefined) return;
        expect(parseReference(formatReference(reference))).toEqual(reference);
        expect(parseReference(familiarReference(reference))).toEqual(reference);
      }),
      { numRuns: 2000 },
    );
  });
});

function tryParse(text: string) {
  try {
    return parseReference(text);
  } catch (error) {
    expect(error).toBeInstanceOf(BottleshipError);
    return undefined;
  }
}
