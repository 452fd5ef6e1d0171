/** As the engine knows them: in capitals, with their prefix, each once and in order. `ALL` comes first. */
export function capabilityNames(names: readonly string[]): string[] | null {
  if (names.length === 0) return null;
  return [...new Set(names.map(capabilityName))].sort();
}

function capabilityName(text: string): string {
  const name = text.trim().toUpperCase();
  if (name === 'ALL' || name.startsWith('CAP_')) return name;
  return `CAP_${name}`;
}
