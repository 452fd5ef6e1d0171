import { invalid } from '../../oci/errors.ts';

const systems = /^(?:aix|android|darwin|freebsd|linux|netbsd|openbsd|solaris|wasip1|windows)(?:\(.*\))?$/i;
const architectures =
  /^(?:386|i386|x86|amd64|x86_64|x86-64|arm|armhf|armel|arm64|aarch64|loong64|mips.*|ppc64.*|riscv64|s390x|wasm)$/i;

/** What FROM's `--platform` says, when it says anything. */
export function requirePlatform(text: string): void {
  if (/^[\w.-]+$/.test(text) && !systems.test(text) && !architectures.test(text))
    throw invalid(
      `failed to parse platform ${text}: ${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`,
    );
  if (text !== '' && !/^[\w.-]+(?:\/[\w.-]+){0,2}$/.test(text))
    throw invalid(
      `failed to parse platform ${text}: ${JSON.stringify(text)}: cannot parse platform specifier: invalid argument`,
    );
}
