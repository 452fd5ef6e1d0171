import type { ContainerConfig } from '../../protocol/engine-api.ts';
import type { HistoryEntry, RunConfig } from '../../oci/imageconfig.ts';
import { inlineCacheMember } from './inline-cache.ts';
import type { Snapshot, Solver } from './solver.ts';
import type { PlannedHistory, StagePlan } from './stage-plan.ts';
import type { Step } from './step.ts';

const comment = 'buildkit.dockerfile.v0';

export interface ImageParts {
  readonly solver: Solver;
  readonly stage: StagePlan;
  /** Of the command line: in the config, and in no history. */
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: string;
  /** As the engine writes a moment, from milliseconds since 1970. */
  readonly time: (milliseconds: number) => string;
  /** The image is no younger than that, and neither is anything in its history; undefined leaves the times of the build. */
  readonly epoch: number | undefined;
  /** What the image says of its steps, where it is to say that. */
  readonly inlineCache: string | undefined;
}

/** The image config of what was built, as BuildKit writes it. */
export async function imageConfig(
  { solver, stage, labels, platform, time, epoch, inlineCache }: ImageParts,
  result: Snapshot,
): Promise<string> {
  const [os = '', architecture = ''] = platform.split('/');
  const now = solver.parts.backend.now();
  const own = await Promise.all(stage.history.map((line) => historyLine(solver, line)));
  const told = [...baseHistory(stage.step), ...withTimes(own, now).map((line) => written(line, time))];
  const lines = [...told, ...(await untold(solver, stage.step, result.layers.length - layersOf(told), time))];
  const history = epoch === undefined ? lines : lines.map((line) => clamped(line, epoch, time));
  const config = configOf(stage.config, labels);
  return JSON.stringify({
    architecture,
    ...(stage.author !== '' && { author: stage.author }),
    ...(Object.keys(config).length > 0 && { config }),
    created: epoch === undefined ? (history.at(-1)?.created ?? time(now)) : time(epoch),
    history,
    ...(inlineCache !== undefined && { [inlineCacheMember]: inlineCache }),
    os,
    rootfs: { type: 'layers', diff_ids: result.layers.map(({ diffId }) => diffId) },
  });
}

function layersOf(lines: readonly HistoryEntry[]): number {
  return lines.filter(({ empty_layer: isEmpty }) => isEmpty !== true).length;
}

/**
 * A base that is a context has a layer and no history; BuildKit's exporter then tells of the last layers once more, in its
 * own words. https://github.com/moby/buildkit/blob/v0.25.0/exporter/containerimage/writer.go (normalizeLayersAndHistory)
 */
async function untold(
  solver: Solver,
  last: Step,
  count: number,
  time: (milliseconds: number) => string,
): Promise<HistoryEntry[]> {
  const lines: HistoryEntry[] = [];
  for (let step = last; lines.length < count && 'parent' in step; step = step.parent) {
    const { created = 0 } = await solver.solve(step);
    const words = step.kind === 'run' ? `mount / from exec ${step.args.join(' ')}` : 'fileop target';
    lines.unshift({ created: time(created), created_by: words, comment: 'buildkit.exporter.image.v0' });
  }
  return lines;
}

interface Line {
  readonly createdBy: string;
  readonly created: number | undefined;
  readonly isEmpty: boolean;
}

async function historyLine(solver: Solver, { createdBy, step }: PlannedHistory): Promise<Line> {
  if (step === undefined) return { createdBy, created: undefined, isEmpty: true };
  return { createdBy, created: (await solver.solve(step)).created, isEmpty: false };
}

/** What has no layer has the time of the layer before, or at the beginning that of the first one. */
function withTimes(lines: readonly Line[], now: number): Line[] {
  let created = lines.find((line) => line.created !== undefined)?.created ?? now;
  return lines.map((line) => {
    created = line.created ?? created;
    return { ...line, created };
  });
}

function written(
  { createdBy, created = 0, isEmpty }: Line,
  time: (milliseconds: number) => string,
): HistoryEntry {
  return { created: time(created), created_by: createdBy, comment, ...(isEmpty && { empty_layer: true }) };
}

function clamped(line: HistoryEntry, epoch: number, time: (milliseconds: number) => string): HistoryEntry {
  const isYounger = line.created === undefined || Date.parse(line.created) > epoch;
  return isYounger ? { ...line, created: time(epoch) } : line;
}

function baseHistory(step: Step): readonly HistoryEntry[] {
  if (step.kind === 'image') return step.history;
  return 'parent' in step ? baseHistory(step.parent) : [];
}

/** The members that say something, in the order of the specification. */
function configOf(config: ContainerConfig, labels: Readonly<Record<string, string>>): RunConfig {
  const { User, Env, Entrypoint, Cmd, WorkingDir, StopSignal, OnBuild, Shell, Healthcheck } = config;
  const allLabels = { ...config.Labels, ...labels };
  return {
    ...(User && { User }),
    ...(hasMembers(config.ExposedPorts) && { ExposedPorts: sorted(config.ExposedPorts) }),
    ...(Env?.length && { Env }),
    ...(Entrypoint?.length && { Entrypoint }),
    ...(Cmd?.length && { Cmd }),
    ...(hasMembers(config.Volumes) && { Volumes: sorted(config.Volumes) }),
    ...(WorkingDir && { WorkingDir }),
    ...(hasMembers(allLabels) && { Labels: sorted(allLabels) }),
    ...(StopSignal && { StopSignal }),
    ...(config.ArgsEscaped && { ArgsEscaped: true }),
    ...(Healthcheck && { Healthcheck: Healthcheck as RunConfig['Healthcheck'] & object }),
    ...(OnBuild?.length && { OnBuild }),
    ...(Shell?.length && { Shell }),
  };
}

function hasMembers<T extends object>(record: T | null | undefined): record is T {
  return record !== null && record !== undefined && Object.keys(record).length > 0;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
