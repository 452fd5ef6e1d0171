import type { Instruction, Lines } from '../instructions/instruction.ts';
import { suggestion } from '../instructions/suggestion.ts';
import type { Linter } from './linter.ts';

type Once = 'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK';

/** What an instruction may ask for. */
export interface Variables {
  readonly set: readonly string[];
  /** By ARG, with a value or without one. */
  readonly declared: readonly string[];
}

/** The checks of one stage, instruction by instruction. */
export class StageLint {
  readonly #linter: Linter;
  readonly #last = new Map<Once, Lines>();
  readonly #unknown = new Set<string>();
  /** Whether this stage, or one that it is built on, has said where it works. */
  hasWorkdir: boolean;

  constructor(linter: Linter, hasWorkdir: boolean) {
    this.#linter = linter;
    this.hasWorkdir = hasWorkdir;
  }

  /** A variable that is not set was asked for. */
  unset(name: string): void {
    this.#unknown.add(name);
  }

  /** After the instruction, with the variables that were set before it, and the arguments that are declared. */
  check(instruction: Instruction, variables: Variables, hasShell: boolean): void {
    const { lines } = instruction;
    if (lines !== undefined) {
      this.#variables(instruction, lines, variables);
      this.#meaning(instruction, lines, hasShell);
    }
    this.#unknown.clear();
  }

  #variables(instruction: Instruction, lines: Lines, { set, declared }: Variables): void {
    const own = instruction.name === 'ARG' ? instruction.args.map(({ key }) => key) : [];
    for (const name of this.#unknown) {
      if (own.includes(name) || declared.includes(name)) continue;
      const similar = suggestion(name, set, true).replace('mean ', 'mean $');
      this.#linter.warn('UndefinedVar', `Usage of undefined variable '$${name}'${similar}`, lines);
    }
  }

  #meaning(instruction: Instruction, lines: Lines, hasShell: boolean): void {
    switch (instruction.name) {
      case 'CMD':
      case 'ENTRYPOINT':
        this.#once(instruction.name, lines);
        if (instruction.command.shell && !hasShell)
          this.#linter.warn(
            'JSONArgsRecommended',
            `JSON arguments recommended for ${instruction.name} to prevent unintended behavior related to OS signals`,
            lines,
          );
        return;
      case 'HEALTHCHECK':
        return this.#once('HEALTHCHECK', lines);
      case 'ENV':
        for (const { key } of instruction.pairs) this.#secret('ENV', key, lines);
        return this.#legacy(instruction, lines);
      case 'LABEL':
        return this.#legacy(instruction, lines);
      case 'ARG':
        for (const { key } of instruction.args) this.#secret('ARG', key, lines);
        return undefined;
      case 'WORKDIR':
        return this.#workdir(instruction.path, lines);
      case 'EXPOSE':
        for (const port of instruction.ports) this.#port(port, lines);
        return undefined;
      default:
        return undefined;
    }
  }

  /** The one that does not count is to blame. */
  #once(name: Once, lines: Lines): void {
    const before = this.#last.get(name);
    if (before !== undefined)
      this.#linter.warn(
        'MultipleInstructionsDisallowed',
        `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`,
        before,
      );
    this.#last.set(name, lines);
  }

  #legacy({ source }: Instruction, lines: Lines): void {
    const [name = ''] = source.split(/\s/, 1);
    const [, first = ''] = /^\S+\s+((?:"[^"]*"|'[^']*'|\S)+)/.exec(source) ?? [];
    if (first === '' || first.includes('=')) return;
    this.#linter.warn(
      'LegacyKeyValueFormat',
      `"${name} key=value" should be used instead of legacy "${name} key value" format`,
      lines,
    );
  }

  #secret(name: 'ARG' | 'ENV', key: string, lines: Lines): void {
    if (!secretWords.test(key) || harmlessWords.test(key)) return;
    this.#linter.warn(
      'SecretsUsedInArgOrEnv',
      `Do not use ARG or ENV instructions for sensitive data (${name} ${JSON.stringify(key)})`,
      lines,
    );
  }

  #workdir(path: string, lines: Lines): void {
    if (!this.hasWorkdir && !path.startsWith('/'))
      this.#linter.warn(
        'WorkdirRelativePath',
        `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`,
        lines,
      );
    this.hasWorkdir = true;
  }

  #port(port: string, lines: Lines): void {
    if (port.includes(':'))
      this.#linter.warn(
        'ExposeInvalidFormat',
        `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
        lines,
      );
    const protocol = port.split('/')[1] ?? '';
    if (protocol !== protocol.toLowerCase())
      this.#linter.warn(
        'ExposeProtoCasing',
        `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
        lines,
      );
  }
}

const secretWords = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmlessWords = /(?:_|^)(?:public)(?:_|$)/i;
