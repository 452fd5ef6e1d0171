/** An image and the diffIDs of its layers, the lowest first. */
export interface Layered {
  readonly name: string;
  readonly layers: readonly string[];
}

export interface Shared {
  readonly name: string;
  /** How many of the layers it has too. */
  readonly layers: number;
}

/** Which of the others have layers of this one, those with most first. */
export function sharedWith(image: Layered, others: readonly Layered[]): Shared[] {
  return others
    .filter((other) => other !== image)
    .map((other) => ({ name: other.name, layers: sharedLayers(image, other) }))
    .filter(({ layers }) => layers > 0)
    .sort((a, b) => b.layers - a.layers || (a.name < b.name ? -1 : 1));
}

function sharedLayers(image: Layered, other: Layered): number {
  const there = new Set(other.layers);
  return image.layers.filter((layer) => there.has(layer)).length;
}

/** A step of an image's history, the newest first, as the API has them. */
export interface Step {
  readonly CreatedBy: string;
  readonly Size: number;
}

/** Which step has made which layer; the lowest first, undefined where that cannot be told. */
export function layerSteps<S extends Step>(
  layers: readonly string[],
  history: readonly S[],
): (S | undefined)[] {
  const steps = [...history].reverse();
  const candidates = [steps, steps.filter(({ Size }) => Size > 0)];
  const found = candidates.find(({ length }) => length === layers.length);
  return layers.map((_, at) => found?.[at]);
}
