import { invalid } from '../errors.ts';
import type { Lines } from '../instructions/instruction.ts';

/** What BuildKit's checks say of a Dockerfile. */
export interface LintWarning {
  readonly rule: string;
  readonly message: string;
  readonly short: string;
  readonly detail: string;
  readonly url: string;
  readonly range: Lines;
}

/** What is wrong where a rule is broken. https://docs.docker.com/reference/build-checks/ */
const descriptions = {
  ConsistentInstructionCasing:
    'All commands within the Dockerfile should use the same casing (either upper or lower)',
  DuplicateStageName: 'Stage names should be unique',
  ExposeInvalidFormat:
    'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
  ExposeProtoCasing: 'Protocol in EXPOSE instruction should be lowercase',
  FromAsCasing: "The 'as' keyword should match the case of the 'from' keyword",
  FromPlatformFlagConstDisallowed: 'FROM --platform flag should not use a constant value',
  InvalidDefaultArgInFrom: 'Default value for global ARG results in an empty or invalid base image name',
  JSONArgsRecommended:
    'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
  LegacyKeyValueFormat: 'Legacy key/value format with whitespace separator should not be used',
  MaintainerDeprecated:
    'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
  MultipleInstructionsDisallowed:
    'Multiple instructions of the same type should not be used in the same stage',
  NoEmptyContinuation: 'Empty continuation lines will become errors in a future release',
  RedundantTargetPlatform:
    'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
  ReservedStageName: 'Reserved words should not be used as stage names',
  SecretsUsedInArgOrEnv: 'Sensitive data should not be used in the ARG or ENV commands',
  StageNameCasing: 'Stage names should be lowercase',
  UndefinedArgInFrom: 'FROM command must use declared ARGs',
  UndefinedVar: 'Variables should be defined before their use',
  WorkdirRelativePath:
    'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
} as const;

export type LintRule = keyof typeof descriptions;

/** Tells of broken rules, but of those that the Dockerfile skips. */
export class Linter {
  readonly #report: (warning: LintWarning) => void;
  readonly #skipped: ReadonlySet<string>;
  readonly #isStrict: boolean;
  readonly #broken = new Set<LintRule>();

  /** The directive is `skip=A,B;error=true`. */
  constructor(directive: string, report: (warning: LintWarning) => void) {
    this.#report = report;
    const skip = /(?:^|;)skip=([^;]*)/.exec(directive)?.[1] ?? '';
    this.#skipped = new Set(skip.split(',').map((name) => name.trim()));
    this.#isStrict = /(?:^|;)error=true(?:;|$)/.test(directive);
  }

  warn(rule: LintRule, message: string, lines: Lines): void {
    if (this.#skipped.has('all') || this.#skipped.has(rule)) return;
    this.#broken.add(rule);
    const words = rule.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
    this.#report({
      rule,
      message,
      short: `${rule}: ${message} (line ${lines.first})`,
      detail: descriptions[rule],
      url: `https://docs.docker.com/go/dockerfile/rule/${words.replace('jsonargs', 'json-args')}/`,
      range: lines,
    });
  }

  /** Fails with `invalid` where the Dockerfile makes errors of warnings, and there were some. */
  requireClean(): void {
    if (this.#isStrict && this.#broken.size > 0)
      throw invalid(`lint violation found for rules: ${[...this.#broken].join(', ')}`);
  }
}
