/**
 * Numbers in [0, 1) that a seed fixes: sfc32 of Chris Doty-Humphrey's PractRand, the same in every thread. `streams`
 * set apart what is drawn for different ends from one seed.
 */
export function seededRandom(seed: number, ...streams: number[]): () => number {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (const stream of streams) {
    a ^= stream;
    for (let i = 0; i < 3; i++) next();
  }
  // PractRand mixes a seed for fifteen rounds before the first number counts.
  for (let i = 0; i < 15; i++) next();
  return next;
}
