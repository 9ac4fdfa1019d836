/**
 * Measures every subject once a round, one after the other; each round begins with another one. What drifts over the run
 * (heat, neighbours) then lies on all of them alike, and a ratio is of two that were measured minutes apart at the most.
 */
export async function interleaved<T>(
  rounds: number,
  subjects: readonly { name: string; measure: () => Promise<T> }[],
): Promise<Map<string, T[]>> {
  const measured = new Map<string, T[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < subjects.length; i++) {
      const { name, measure } = subjects[(round + i) % subjects.length] as (typeof subjects)[number];
      const one = await measure();
      measured.get(name)?.push(one);
      console.error(`round ${round + 1} of ${rounds}, ${name}: ${JSON.stringify(one)}`);
    }
  return measured;
}
