import { describe, expect, test } from 'vitest';
import { readBytes } from './bytes.ts';
import { cpus } from './cpus.ts';
import { readInteger } from './numbers.ts';
import { readUlimit } from './ulimit.ts';
import {
  validAddress,
  validDnsSearch,
  validEnv,
  validExtraHost,
  validLabel,
  validSysctl,
} from './validate.ts';

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['32', 32],
    ['1k', 1024],
    ['64m', 64 << 20],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['10MB', 10 << 20],
    ['4 kb', 4096],
  ])('%s', (text, size) => expect(readBytes(text)).toBe(size));

  test.each([
    ['', "invalid size: ''"],
    ['m', "invalid size: 'm'"],
    ['-1', "invalid size: '-1'"],
    ['1x', "invalid suffix: 'x'"],
    ['1..5m', 'strconv.ParseFloat: parsing "1..5": invalid syntax'],
  ])('%s is none', (text, why) => expect(() => readBytes(text)).toThrow(why));
});

function readCpus(text: string): number {
  return cpus('').read(text, 0, false);
}

describe('CPUs', () => {
  test.each([
    ['1', 1e9],
    ['.5', 5e8],
    ['1.25', 1.25e9],
    ['1/4', 2.5e8],
    ['1e-3', 1e6],
  ])('%s', (text, nano) => expect(readCpus(text)).toBe(nano));
  test.each([
    ['x', 'failed to parse x as a rational number'],
    ['1/0', 'failed to parse 1/0 as a rational number'],
    ['1/3', 'value is too precise'],
  ])('%s is none', (text, why) => expect(() => readCpus(text)).toThrow(why));
});

describe('integers', () => {
  test.each([
    ['0', 0],
    ['-17', -17],
    ['0x1F', 31],
    ['010', 8],
    ['0b101', 5],
    ['1_000', 1000],
  ])('%s', (text, value) => expect(readInteger(text)).toBe(value));
  test.each(['', '1.5', '0x', '9z', '99999999999999999999'])('%s is none', (text) => {
    expect(() => readInteger(text)).toThrow(`strconv.ParseInt: parsing "${text}": `);
  });
});

describe('ulimits', () => {
  test('soft and hard', () => {
    expect(readUlimit('nofile=10:20')).toEqual({ Name: 'nofile', Soft: 10, Hard: 20 });
    expect(readUlimit('core=-1')).toEqual({ Name: 'core', Soft: -1, Hard: -1 });
  });
  test.each([
    ['x', 'invalid ulimit argument: x'],
    ['x=1', 'invalid ulimit type: x'],
    ['nofile=2:1', 'ulimit soft limit must be less than or equal to hard limit: 2 > 1'],
    ['nofile=1:2:3', 'too many limit value arguments - 1:2:3'],
  ])('%s', (text, why) => expect(() => readUlimit(text)).toThrow(why));
});

describe('values that the client checks', () => {
  test('good ones', () => {
    expect(validEnv('A=')).toBe('A=');
    expect(validLabel('com.example.x')).toBe('com.example.x');
    expect(validExtraHost('a=1.2.3.4')).toBe('a:1.2.3.4');
    expect(validExtraHost('a:host-gateway')).toBe('a:host-gateway');
    expect(validExtraHost('a:[::1]')).toBe('a:::1');
    expect(validAddress(' 2001:db8::33')).toBe('2001:db8::33');
    expect(validAddress('::ffff:1.2.3.4')).toBe('1.2.3.4');
    expect(validDnsSearch('.')).toBe('.');
    expect(validSysctl('net.ipv4.ip_forward=1')).toBe('net.ipv4.ip_forward=1');
  });
  test.each(['256.1.1.1', '1.2.3', '1::2::3', '12345::', ':', '1:2:3:4:5:6:7:8:9'])(
    '%s is no address',
    (text) => {
      expect(() => validAddress(text)).toThrow('IP address is not correctly formatted');
    },
  );
  test('bad ones', () => {
    expect(() => validEnv('=x')).toThrow('invalid environment variable: =x');
    expect(() => validLabel('=x')).toThrow("invalid label '=x': empty name");
    expect(() => validExtraHost('a')).toThrow('bad format for add-host: "a"');
    expect(() => validSysctl('vm.swappiness=1')).toThrow("sysctl 'vm.swappiness=1' is not allowed");
  });
});
