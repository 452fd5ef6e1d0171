import type { Instruction, Transfer } from './instruction.ts';

type Expand = (text: string) => string;

/** An instruction with its variables replaced, where it has any that are. EXPOSE makes words of what it finds and is left to itself. */
export function expanded(instruction: Instruction, expand: Expand): Instruction {
  switch (instruction.name) {
    case 'ENV':
      return { ...instruction, pairs: pairs(instruction.pairs, expand) };
    case 'LABEL':
      return instruction.literal ? instruction : { ...instruction, pairs: pairs(instruction.pairs, expand) };
    case 'ADD':
      return { ...instruction, ...transfer(instruction, expand), checksum: expand(instruction.checksum) };
    case 'COPY':
      return { ...instruction, ...transfer(instruction, expand) };
    case 'WORKDIR':
      return { ...instruction, path: expand(instruction.path) };
    case 'USER':
      return { ...instruction, user: expand(instruction.user) };
    case 'VOLUME':
      return { ...instruction, volumes: instruction.volumes.map(expand) };
    case 'STOPSIGNAL':
      return { ...instruction, signal: expand(instruction.signal) };
    case 'ARG':
      return {
        ...instruction,
        args: instruction.args.map(({ key, value }) => ({
          key: expand(key),
          value: value === undefined ? undefined : expand(value),
        })),
      };
    default:
      return instruction;
  }
}

function pairs(
  given: readonly { key: string; value: string }[],
  expand: Expand,
): { key: string; value: string }[] {
  return given.map(({ key, value }) => ({ key: expand(key), value: expand(value) }));
}

function transfer({ chown, chmod, sources, destination }: Transfer, expand: Expand): Partial<Transfer> {
  return {
    chown: expand(chown),
    chmod: expand(chmod),
    sources: sources.map(expand),
    destination: expand(destination),
  };
}
