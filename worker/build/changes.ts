import type { ContainerConfig } from '../protocol/engine-api.ts';
import { BuildArgs } from './args.ts';
import { invalid } from './errors.ts';
import { expanded } from './instructions/expansion.ts';
import type { Instruction } from './instructions/instruction.ts';
import { parseInstruction } from './instructions/parse.ts';
import { applyMetadata, applyWorkdir } from './steps/metadata.ts';
import type { StageState } from './steps/state.ts';
import { substitute } from './substitution.ts';
import { parseDockerfile } from './syntax/dockerfile.ts';

const allowed = new Set(
  'cmd entrypoint healthcheck env expose label onbuild stopsignal user volume workdir'.split(' '),
);

/** A config with the changes that Dockerfile instructions make (`docker commit --change`). Fails with `invalid` and Docker's text. */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  if (changes.length === 0) return config;
  const { statements, escape } = parseDockerfile(changes.join('\n'));
  const other = statements.find(({ name }) => !allowed.has(name.toLowerCase()));
  if (other !== undefined) throw invalid(`${other.name} is not a valid change command`);
  const args = new BuildArgs({});
  const state: StageState = {
    config: structuredClone(config),
    image: '',
    author: '',
    hasCommand: false,
    args,
  };
  for (const statement of statements) apply(state, parseInstruction(statement, escape), escape);
  return state.config;
}

function apply(state: StageState, written: Instruction, escape: string): void {
  const env = new Map(
    (state.config.Env ?? []).map((entry) => [entry.split('=', 1)[0], entry.slice(entry.indexOf('=') + 1)]),
  );
  const variables = (name: string) => env.get(name);
  const substitution = { escape };
  const instruction = expanded(written, (text) => substitute(text, variables, substitution));
  if (instruction.name === 'WORKDIR') applyWorkdir(state, instruction.path);
  else if (instruction.name !== 'RUN' && instruction.name !== 'ADD' && instruction.name !== 'COPY')
    applyMetadata(state, instruction, { variables, substitution, print: () => undefined });
}
