/** `12,345`, the same in every locale. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 request`, `12,345 requests` */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A length of time, as exact as a reader needs: `0.42 ms`, `3.1 ms`, `183 ms`, `2.41 s`, `3 min 12 s`; `-` for none. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '-';
  if (ms === 0) return '0 ms';
  if (ms < 0.995) return `${Number(ms.toFixed(2)) || 0.01} ms`;
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min ${seconds % 60} s`;
}

/** A length of time as one says it: two digits, `about 0.8 s`. */
export function about(ms: number): string {
  if (ms >= 60_000) return `about ${duration(ms)}`;
  if (ms >= 100) return `about ${Number((ms / 1000).toPrecision(2))} s`;
  return ms < 1 ? 'less than 1 ms' : `about ${Math.round(ms)} ms`;
}

/** A moment, in seconds from the start of traffic, with `digits` after the point; just before the start is 0, not -0. */
export function moment(ms: number, digits = 1): string {
  return `${(ms / 1000).toFixed(digits).replace(/^-(?=[0.]+$)/, '')} s`;
}

/** `33.4 %`; never 0 % of something nor 100 % of less than all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '< 0.1 %';
  if (share < 1 && share > 0.9995) return '> 99.9 %';
  return `${(share * 100).toFixed(share === 1 || share === 0 ? 0 : 1)} %`;
}

/** Of processors: `0.08`, `1.25`; `-` for none. */
export function cores(n: number | undefined): string {
  if (n === undefined) return '-';
  return n > 0 && n < 0.005 ? '< 0.01' : n.toFixed(2);
}

/** `512 kB`, `61.3 MB`, `1.20 GB`, in thousands; `-` for none. */
export function bytes(n: number | undefined): string {
  if (n === undefined) return '-';
  if (n < 1e6) return `${Math.round(n / 1000)} kB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(2)} GB`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
