import { expect, test } from 'vitest';
import { holds } from './subnet.ts';

test.each([
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '10.3.0.0/16', true],
  ['0.0.0.0/0', '1.2.3.4', true],
  ['fd00::/64', 'fd00::1', true],
  ['fd00::/64', 'fd00:0:0:1::1', false],
  ['fd00::/64', '10.0.0.1', false],
  ['10.0.0.0/8', 'nonsense', false],
])('%s holds %s: %s', (subnet, other, answer) => expect(holds(subnet, other)).toBe(answer));

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.256/8', 'x/8', '1::2::3/64'])('%s is no subnet', (text) => {
  expect(() => holds(text, '10.0.0.1')).toThrow(`invalid subnet: invalid CIDR address: ${text}`);
});
