import { int64, map, string, struct } from '../template/types.ts';

const actor = struct('events.Actor', { ID: string, Attributes: map(string) });

export const eventMessage = struct('events.Message', {
  Status: [string, 'status', 'omitempty'],
  ID: [string, 'id', 'omitempty'],
  From: [string, 'from', 'omitempty'],
  Type: string,
  Action: string,
  Actor: actor,
  Scope: [string, 'scope', 'omitempty'],
  Time: [int64, 'time', 'omitempty'],
  TimeNano: [int64, 'timeNano', 'omitempty'],
});
