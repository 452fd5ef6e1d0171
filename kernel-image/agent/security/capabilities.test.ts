import { expect, test } from 'vitest';
import {
  boundingDrops,
  capabilityNames,
  capabilityNumber,
  capsetData,
  capsetHeader,
  containerCapsetData,
  defaultCapabilities,
  lastCapability,
} from './capabilities.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('names and numbers are those of <linux/capability.h>', () => {
  expect(capabilityNames).toHaveLength(41);
  expect(lastCapability).toBe(40);
  expect(capabilityNumber('CAP_CHOWN')).toBe(0);
  expect(capabilityNumber('CAP_SYS_ADMIN')).toBe(21);
  expect(capabilityNumber('CAP_SETFCAP')).toBe(31);
  expect(capabilityNumber('CAP_CHECKPOINT_RESTORE')).toBe(40);
  expect(capabilityNames.map(capabilityNumber)).toEqual([...capabilityNames.keys()]);
});

// CapEff of /proc/self/status in a container of Docker is 00000000a80425fb.
test("a container's set is Docker's, and nothing is inheritable", () => {
  expect(defaultCapabilities).toHaveLength(14);
  expect(hex(containerCapsetData(defaultCapabilities))).toBe('fb2504a8'.repeat(2) + '00'.repeat(16));
});

test('capabilities above 31 are in the second half', () => {
  const data = capsetData({ effective: [0], permitted: [31, 32], inheritable: [40] });
  expect(hex(data)).toBe(['01000000', '00000080', '00000000', '00000000', '01000000', '00010000'].join(''));
});

test('the header asks for version 3 and the calling thread', () => {
  expect(hex(capsetHeader())).toBe('2205082000000000');
});

test('what is not kept leaves the bounding set', () => {
  expect(boundingDrops([...capabilityNames.keys()])).toEqual([]);
  expect(boundingDrops(defaultCapabilities)).toHaveLength(27);
  expect(boundingDrops([0, 1, 2])).toEqual([...capabilityNames.keys()].slice(3));
});
