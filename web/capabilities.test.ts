import { expect, test } from 'vitest';
import { missingCapabilities } from './capabilities.ts';

const complete = {
  WebAssembly,
  Worker: Function,
  indexedDB: {},
  DecompressionStream,
  BigInt,
  AbortSignal,
  crypto,
  origin: 'https://example.org',
};

test('a current browser lacks nothing', () => {
  expect(missingCapabilities(complete)).toEqual([]);
});

test('what is missing is named', () => {
  const { WebAssembly: _, DecompressionStream: __, ...poor } = complete;
  expect(missingCapabilities(poor)).toEqual(['WebAssembly', 'DecompressionStream']);
});

test('a page over plain http has no crypto.subtle', () => {
  expect(missingCapabilities({ ...complete, crypto: {} })[0]).toContain('https');
});

test('a sandboxed frame has no origin', () => {
  expect(missingCapabilities({ ...complete, origin: 'null' })[0]).toContain('allow-same-origin');
});
