import type { FieldList } from '../http/reply.ts';
import { newestVersion } from '../versions.ts';

/** On every answer of a route. */
export const apiFields: FieldList = [
  ['Api-Version', newestVersion],
  ['Docker-Experimental', 'false'],
  ['Ostype', 'linux'],
  ['Server', 'Docker/28.5.2 (linux)'],
];
