import { scratch } from '../backend.ts';
import type { StepContext } from './context.ts';

/** The ID of what `--from` names: a stage by its name or number, or an image. */
export async function fromImage(context: StepContext, from: string): Promise<string> {
  const { auths, backend, platform, pull, output } = context;
  const stage = context.stageImage(from);
  if (stage !== undefined) return stage;
  if (from === 'scratch') return scratch.id;
  const options = { where: pull ? 'pull' : 'anywhere', platform, anyHere: true, auths } as const;
  return (await backend.image(from, options, output.report)).id;
}
