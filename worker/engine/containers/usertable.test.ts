import { expect, test } from 'vitest';
import { identify, parseTable } from './usertable.ts';

const tables = {
  users: parseTable(
    'root:x:0:0:root:/root:/bin/sh\n# none\nwww:x:33:33::/var/www:\n1000:x:7:7::/seven:\nbad:x:-1:0::/:\n',
  ),
  groups: parseTable('root:x:0:\nwww:x:33:\nwheel:x:10:root,www\ncdrom:x:24:www\nhuge:x:4294967295:\n'),
};

test.each([
  ['', [], { uid: 0, gid: 0, groups: [0, 10], home: '/root' }],
  ['www', [], { uid: 33, gid: 33, groups: [33, 10, 24], home: '/var/www' }],
  ['33', [], { uid: 33, gid: 33, groups: [33, 10, 24], home: '/var/www' }],
  ['33:wheel', [], { uid: 33, gid: 10, groups: [10], home: '/var/www' }],
  ['4242', [], { uid: 4242, gid: 0, groups: [0], home: '/' }],
  ['4242:77', ['cdrom', '5'], { uid: 4242, gid: 77, groups: [77, 24, 5], home: '/' }],
  // A name that is a number is a name.
  ['1000', [], { uid: 7, gid: 7, groups: [7], home: '/seven' }],
])('%j with groups %j', (user, extra, expected) => {
  expect(identify(tables, user, extra)).toEqual(expected);
});

test.each([
  ['nobody', []],
  ['www:nogroup', []],
  ['www', ['nogroup']],
  ['bad', []],
  ['0:huge', []],
  ['2147483648', []],
])('%j with groups %j is the agent to refuse', (user, extra) => {
  expect(identify(tables, user, extra)).toBeUndefined();
});
