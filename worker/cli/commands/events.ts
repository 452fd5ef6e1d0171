import type { EventMessage } from '../../protocol/engine-api.ts';
import { command, noArgs } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { filter, filtersOption } from '../flags/filter.ts';
import { objectFormatText } from '../flags/format.ts';
import { string } from '../flags/kinds.ts';
import { nanoTime } from '../format/time.ts';
import { untilAborted } from '../streams.ts';
import { compile, render, TemplateError } from '../template/template.ts';
import { pointer } from '../template/types.ts';
import { typed } from '../template/values.ts';
import { timestamp } from '../timestamp.ts';
import { eventMessage } from '../types/event.ts';

export const events = command({
  usage: '[OPTIONS]',
  short: 'Get real time events from the server',
  args: noArgs,
  spellings: 'docker system events, docker events',
  flags: {
    filter: filter('Filter output based on conditions provided'),
    format: string(objectFormatText),
    since: string('Show all events created since timestamp'),
    until: string('Stream events until this timestamp'),
  },
  async run({ engine, session, values, out }) {
    const show = formatter(values.format);
    const messages = await engine.events({
      ...(values.since === '' ? {} : { since: timestamp(undefined, values.since) }),
      ...(values.until === '' ? {} : { until: timestamp(undefined, values.until) }),
      ...filtersOption(values.filter),
    });
    for await (const message of untilAborted(messages, session.gone)) await out.println(show(message));
  },
});

const noTemplate = 64;

/** A template is tried on an event that says nothing, so that its mistakes do not wait for one. @throws StatusError */
function formatter(format: string): (message: EventMessage) => string {
  if (format === '') return plain;
  try {
    const template = compile(format === 'json' ? '{{json .}}' : format);
    render(template, typed(pointer(eventMessage), {}));
    return (message) => render(template, typed(eventMessage, message));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new StatusError(noTemplate, `Error parsing format: ${error.message}`);
  }
}

function plain({ Type, Action, Actor, time, timeNano }: EventMessage): string {
  const attributes = Object.entries(Actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const after = attributes.length === 0 ? '' : ` (${attributes.join(', ')})`;
  return `${nanoTime(timeNano || time * 1e9)} ${Type} ${Action} ${Actor.ID}${after}`;
}
