/** Nanoseconds since 1970, finer than Date tells them; the same in each thread of the program. */
const anchor = measure();

function measure(): bigint {
  const from = Date.now();
  let now = from;
  while (now === from) now = Date.now();
  return BigInt(now) * 1_000_000n - process.hrtime.bigint();
}

export function wallNs(): bigint {
  return process.hrtime.bigint() + anchor;
}

/** As Go writes a time: up to nine digits, without zeros at the end. */
export function goTime(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  const digits = (ns % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${seconds}${digits === '' ? '' : `.${digits}`}Z`;
}
