import type { Version } from '../../protocol/engine-api.ts';
import { apiVersion } from '../api-version.ts';
import { client } from '../client-version.ts';
import { command, noArgs } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';
import { objectFormatFlag } from '../flags/format.ts';
import { ObjectFormat } from '../format/object.ts';
import { alignTabs } from '../format/tabs.ts';
import { ansiTime } from '../format/time.ts';
import { typed } from '../template/values.ts';
import { versionInfo } from '../types/version.ts';

export const version = command({
  usage: '[OPTIONS]',
  short: 'Show the Docker version information',
  args: noArgs,
  flags: { format: objectFormatFlag },
  async run({ engine, session, values, out }) {
    const own = { ...client, ApiVersion: apiVersion(session) };
    const format = values.format === '' ? undefined : new ObjectFormat(values.format, 'version');
    let failure: unknown;
    const server = await engine.version().catch((error: unknown) => void (failure = error));
    const shown = { Client: own, Server: server ? shownServer(server) : null };
    await (format ? format.print(out, typed(versionInfo, shown)) : out.print(text(own, server ?? undefined)));
    if (failure !== undefined) throw new StatusError(1, errorText(failure));
  },
});

/** The client shows the engine's build time as people write it. */
function shownServer(server: Version): Version {
  const components = (server.Components ?? []).map((component) =>
    component.Name === 'Engine' && component.Details['BuildTime'] !== undefined
      ? {
          ...component,
          Details: { ...component.Details, BuildTime: ansiTime(component.Details['BuildTime']) },
        }
      : component,
  );
  return { ...server, Components: components };
}

function text(own: typeof client, server: Version | undefined): string {
  const all = [...clientLines(own), ...(server ? ['', ...serverLines(server)] : [])];
  return alignTabs(all.map((line) => `${line}\n`).join(''), 20, 1);
}

function clientLines(own: typeof client): string[] {
  const downgraded =
    own.ApiVersion === own.DefaultAPIVersion ? '' : ` (downgraded from ${own.DefaultAPIVersion})`;
  return [
    `Client:${client.Platform.Name === '' ? '' : ` ${client.Platform.Name}`}`,
    ` Version:\t${client.Version}`,
    ` API version:\t${own.ApiVersion}${downgraded}`,
    ` Go version:\t${client.GoVersion}`,
    ` Git commit:\t${client.GitCommit}`,
    ` Built:\t${client.BuildTime}`,
    ` OS/Arch:\t${client.Os}/${client.Arch}`,
    ` Context:\t${client.Context}`,
  ];
}

function serverLines({ Platform, Components }: Version): string[] {
  const components = Components.flatMap((component) => [
    ` ${component.Name}:`,
    ...(component.Name === 'Engine' ? engineLines(component) : otherLines(component)),
  ]);
  return [`Server:${Platform.Name === '' ? '' : ` ${Platform.Name}`}`, ...components];
}

function engineLines({ Version: version, Details }: Version['Components'][number]): string[] {
  const detail = (name: string) => Details[name] ?? '';
  return [
    `  Version:\t${version}`,
    `  API version:\t${detail('ApiVersion')} (minimum version ${detail('MinAPIVersion')})`,
    `  Go version:\t${detail('GoVersion')}`,
    `  Git commit:\t${detail('GitCommit')}`,
    `  Built:\t${ansiTime(detail('BuildTime'))}`,
    `  OS/Arch:\t${detail('Os')}/${detail('Arch')}`,
    `  Experimental:\t${detail('Experimental')}`,
  ];
}

function otherLines({ Version, Details }: Version['Components'][number]): string[] {
  const details = Object.keys(Details ?? {}).sort();
  return [`  Version:\t${Version}`, ...details.map((name) => `  ${name}:\t${Details[name] ?? ''}`)];
}
