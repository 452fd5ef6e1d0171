import type { Benchmark } from './benchmark.ts';
import { agent } from './headless/agent.ts';
import { builds } from './headless/builds.ts';
import { commands } from './headless/commands.ts';
import { echo } from './headless/echo.ts';
import { folderPull } from './headless/folder-pull.ts';
import { ninep } from './headless/ninep.ts';
import { output } from './headless/output.ts';
import { restore } from './headless/restore.ts';
import { transfer } from './headless/transfer.ts';
import { native } from './native.ts';
import { coldPage } from './page/cold.ts';
import { pageCommands } from './page/commands.ts';
import { pageEcho } from './page/echo.ts';
import { largeImage } from './page/large-image.ts';
import { pagePull } from './page/pull.ts';
import { warmPage } from './page/warm.ts';
import { sizes } from './sizes.ts';

const inPage = [coldPage, warmPage, pageCommands, pageEcho, pagePull, largeImage];
const headless = [restore, commands, builds, echo, agent, ninep, output, transfer, folderPull];

/** In the order of the table. */
export const benchmarks: readonly Benchmark[] = [...inPage, ...headless, native, sizes];
