import type { Field, Method } from './listing.ts';

interface Labelled {
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** `{{.Labels}}` of a list. */
export const labelsField: Field<Labelled> = {
  title: 'LABELS',
  value: ({ Labels }) =>
    Object.entries(Labels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(','),
};

/** `{{.Label "name"}}` of a list. */
export const labelMethod: Method<Labelled> = {
  title: (name) => (name.split('.').at(-1) ?? '').replace(/[-_]/g, ' '),
  value: ({ Labels }, name) => Labels?.[name] ?? '',
};
