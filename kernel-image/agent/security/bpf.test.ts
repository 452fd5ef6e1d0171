import { expect, test } from 'vitest';
import { BpfProgram } from './bpf.ts';
import { runClassic } from './classic-bpf-emulator.ts';

test('writes struct sock_filter, the last written first', () => {
  const program = new BpfProgram();
  const yes = program.return(0x7fff0000);
  const no = program.return(0);
  program.load(4, program.branch('equal', 0x40000003, yes, no));
  expect(Buffer.from(program.bytes()).toString('hex').match(/.{16}/g)).toEqual([
    '2000000004000000',
    '1500010003000040',
    '0600000000000000',
    '060000000000ff7f',
  ]);
});

test('returns of one value are shared', () => {
  const program = new BpfProgram();
  expect(program.return(1)).toBe(program.return(1));
  expect(program.length).toBe(1);
});

test('a target that is out of a conditional jump’s reach is still reached', () => {
  for (let size = 240; size < 270; size++) {
    const program = new BpfProgram();
    const [one, two] = [program.return(1), program.return(2)];
    let next = program.return(3);
    for (let i = 0; i < size; i++) next = program.branch('equal', 1000 + i, next, next);
    next = program.branch('greaterOrEqual', 5, one, two);
    program.load(0, next);
    expect(runClassic(program.bytes(), new Uint32Array([5]))).toBe(1);
    expect(runClassic(program.bytes(), new Uint32Array([4]))).toBe(2);
  }
});

test('a load goes on at what was not written last', () => {
  const program = new BpfProgram();
  const target = program.return(1);
  program.return(2);
  program.load(0, target);
  expect(runClassic(program.bytes(), new Uint32Array([0]))).toBe(1);
});
