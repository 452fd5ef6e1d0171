import type { ContainerSummary } from '../protocol/engine-api.ts';
import { ago } from './format/duration.ts';
import { ellipsis, shortId } from './format/ids.ts';
import { labelMethod, labelsField } from './format/labels.ts';
import { rawFormat } from './format/listing.ts';
import type { Listing } from './format/listing.ts';
import { showPorts } from './format/ports.ts';
import { humanSize } from './format/size.ts';
import { goTime } from './format/time.ts';
import { quote } from '../go/quote.ts';

const commandLength = 20;
const columns = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'];

/** Of `docker ps`. */
export const containerListing: Listing<ContainerSummary> = {
  type: '*formatter.ContainerContext',
  table: columns.map((name) => `{{.${name}}}`).join('\t'),
  quiet: '{{.ID}}',
  failures: { compile: 'failed to parse template', execute: 'failed to execute template' },
  rawQuiet: 'container_id: {{.ID}}',
  raw: rawFormat([
    'container_id: {{.ID}}',
    'image: {{.Image}}',
    'command: {{.Command}}',
    'created_at: {{.CreatedAt}}',
    'state: {{- pad .State 1 0}}',
    'status: {{- pad .Status 1 0}}',
    'names: {{.Names}}',
    'labels: {{- pad .Labels 1 0}}',
    'ports: {{- pad .Ports 1 0}}',
  ]),
  methods: {
    Label: labelMethod,
  },
  fields: {
    Command: {
      title: 'COMMAND',
      value: ({ Command }, full) => quote(full ? Command : ellipsis(Command, commandLength)),
    },
    CreatedAt: { title: 'CREATED AT', value: ({ Created }) => goTime(Created) },
    ID: { title: 'CONTAINER ID', value: ({ Id }, full) => (full ? Id : shortId(Id)) },
    Image: { title: 'IMAGE', value: image },
    Labels: labelsField,
    LocalVolumes: { title: 'LOCAL VOLUMES', value: ({ Mounts }) => String(volumes(Mounts).length) },
    Mounts: { title: 'MOUNTS', value: mounts },
    Names: { title: 'NAMES', value: names },
    Networks: { title: 'NETWORKS', value: networks },
    Platform: { value: () => null },
    Ports: { title: 'PORTS', value: ({ Ports }) => showPorts(Ports) },
    RunningFor: { title: 'CREATED', value: ({ Created }) => ago(Created) },
    Size: { title: 'SIZE', value: size },
    State: { title: 'STATE', value: ({ State }) => State },
    Status: { title: 'STATUS', value: ({ Status }) => Status },
  },
};

export const containerListingWithSize: Listing<ContainerSummary> = {
  ...containerListing,
  table: `${containerListing.table}\t{{.Size}}`,
  raw: `${containerListing.raw ?? ''}size: {{.Size}}\n`,
};

/** An image that has lost its name goes by its ID. */
function image({ Image, ImageID }: ContainerSummary, full: boolean): string {
  if (Image === '') return '<no image>';
  if (full) return Image;
  if (shortId(Image) === shortId(ImageID)) return shortId(ImageID);
  return Image.replace(/@sha256:[0-9a-f]{64}$/, '');
}

interface Mount {
  Type?: string;
  Name?: string;
  Source?: string;
  Driver?: string;
}

function volumes(all: readonly Mount[] | null): Mount[] {
  return (all ?? []).filter(({ Driver }) => Driver === 'local');
}

function mounts({ Mounts }: ContainerSummary, full: boolean): string {
  const named = ((Mounts as Mount[] | null) ?? []).map(({ Name, Source }) => (Name ? Name : (Source ?? '')));
  return named.map((name) => (full ? name : ellipsis(name, 15))).join(',');
}

/** Links are names too, of the form `other/alias`. */
function names({ Names }: ContainerSummary, full: boolean): string {
  const bare = Names.map((name) => name.replace(/^\//, ''));
  return bare.filter((name) => full || !name.includes('/')).join(',');
}

function networks({ NetworkSettings }: ContainerSummary): string {
  return Object.keys(NetworkSettings?.Networks ?? {}).join(',');
}

function size({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const own = humanSize(SizeRw, 3);
  return SizeRootFs > 0 ? `${own} (virtual ${humanSize(SizeRootFs, 3)})` : own;
}
