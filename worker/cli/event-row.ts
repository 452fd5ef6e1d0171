import type { EventMessage } from '../protocol/engine-api.ts';
import { goType } from './template/values.ts';

/** An event as templates see it: by the names that Docker's client has for the fields, and JSON by the API's. */
export function eventRow(message: EventMessage): object {
  const { status = '', id = '', from = '', Type, Action, Actor, scope, time, timeNano } = message;
  const fields = {
    Status: status,
    ID: id,
    From: from,
    Type,
    Action,
    Actor,
    Scope: scope,
    Time: time,
    TimeNano: timeNano,
  };
  return Object.defineProperties(fields, {
    [goType]: { value: '*events.Message' },
    toJSON: { value: () => message },
  });
}

export const noEvent: EventMessage = {
  Type: '',
  Action: '',
  Actor: { ID: '', Attributes: {} },
  scope: 'local',
  time: 0,
  timeNano: 0,
};
