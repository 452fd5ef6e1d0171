import { biosStage } from './bios.ts';
import { dataDiskStage } from './data-disk.ts';
import { initramfsStage } from './initramfs.ts';
import { kernelStage } from './kernel.ts';
import { programsStage } from './programs.ts';
import type { Stage } from './stage.ts';

/** In the order they are built: the initramfs takes in what `programs` made. */
export const stages: readonly Stage[] = [
  biosStage,
  kernelStage,
  programsStage,
  initramfsStage,
  dataDiskStage,
];
