import type { FieldList } from '../http/reply.ts';
import { newestVersion } from '../versions.ts';

/** The engine that clients take this one for. */
const engineVersion = '28.5.2';

/** On every answer of a route, those to a refused version too. */
export const commonFields: FieldList = [
  ['Api-Version', newestVersion],
  ['Ostype', 'linux'],
  ['Server', `Docker/${engineVersion} (linux)`],
];

/** On every answer of a handler. */
export const apiFields: FieldList = [...commonFields, ['Docker-Experimental', 'false']];
