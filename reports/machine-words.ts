/** What the record calls a fact of the machine, in words; others are told as they are called. */
const words = new Map([
  ['node', 'Node.js'],
  ['cpu', 'CPU'],
  ['memoryMb', 'memory'],
  ['parallelism', 'cores that may be used'],
  ['virtualised', 'virtual machine'],
  ['scheduling', 'scheduling of the sender'],
]);

/** The machine that a run or a bench was made on: names and values, to be read. */
export function environmentFacts(environment: Record<string, unknown>): [string, string][] {
  return Object.entries(environment).map(([name, value]) => [words.get(name) ?? name, valueText(name, value)]);
}

function valueText(name: string, value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return name === 'memoryMb' ? `${String(value)} MB` : String(value);
}
