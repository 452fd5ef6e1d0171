import { expect, test } from 'vitest';
import { isWebAddress } from './links.ts';

test.each(['https://example.org/a?b', 'http://127.0.0.1:8080'])('%s is the web', (address) => {
  expect(isWebAddress(address)).toBe(true);
});

test.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  '//example.org',
  '',
])('%s is not', (address) => {
  expect(isWebAddress(address)).toBe(false);
});
