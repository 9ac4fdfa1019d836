export interface Steadiness {
  /** So many observations belong to the warm-up. */
  cut: number;
  /** Behind them it was steady. */
  found: boolean;
}

/** With fewer than that, one of them decides. */
const leastObservations = 10;

/**
 * Where the warm-up ends: the marginal standard error rule (White, "An effective truncation heuristic for bias reduction in
 * simulation output", Simulation 69:6, 1997). Leaving out the first d of n means of batches is best where the squared
 * standard error of the mean of the rest, sum((x - mean)^2) / (n - d)^2, is smallest. By White a minimum in the second half
 * says that the steady state was not reached: what is looked at ends at the half, and a minimum there is no end of a
 * warm-up. Then nothing is cut, as nothing is known to be better than the rest.
 */
export function warmUpOf(means: readonly number[]): Steadiness {
  const n = means.length;
  if (n < leastObservations) return { cut: 0, found: false };
  const half = Math.floor(n / 2);
  let [count, mean, squares] = [0, 0, 0];
  let best = { cut: 0, error: Number.POSITIVE_INFINITY };
  // Welford's update from the end: each step takes one more observation in front of the rest.
  for (let d = n - 1; d >= 0; d--) {
    const value = means[d] as number;
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    const error = squares / count ** 2;
    // Equal ones are as good, and leave out less.
    if (d <= half && error <= best.error) best = { cut: d, error };
  }
  return best.cut >= half ? { cut: 0, found: false } : { cut: best.cut, found: true };
}
