import type { ProcessSpec } from '../../protocol/agent.ts';
import { compileProfile } from '../../seccomp/compile.ts';
import { decodeProfile } from '../../seccomp/decode.ts';
import { ProfileError } from '../../seccomp/profile.ts';
import { internal } from '../errors.ts';
import { capabilityNames } from './capabilities.ts';
import { runcFailure } from './runc.ts';
import type { Security } from './security.ts';

/** What the agent attaches. A profile's rules depend on the container's capabilities and on the kernel. */
export function seccompOf(
  wanted: Security['seccomp'],
  bounding: readonly number[],
  kernel: string,
): ProcessSpec['seccomp'] {
  if (typeof wanted === 'string') return wanted;
  try {
    const capabilities = new Set(capabilityNames(bounding));
    return compileProfile(decodeProfile(wanted.profile), { capabilities, kernel }) ?? 'unconfined';
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw internal(error.by === 'engine' ? error.message : runcFailure(error.message));
  }
}
