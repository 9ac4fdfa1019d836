/** The start of an attempt's `detail` where an asset came as something that a browser would not take for it. */
const prefix = 'content-type ';

/** WHATWG MIME Sniffing, "JavaScript MIME type", without the ones that nobody sends. */
const javascript = ['text/javascript', 'application/javascript', 'application/x-javascript', 'text/ecmascript'];

const takes = new Map<string, { what: string; fits: (type: string) => boolean }>();
const add = (extensions: readonly string[], what: string, fits: (type: string) => boolean) => {
  for (const extension of extensions) takes.set(extension, { what, fits });
};
add(['js', 'mjs'], 'a script', (type) => javascript.includes(type));
add(['css'], 'a style sheet', (type) => type === 'text/css');
add(['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'svg', 'ico'], 'an image', (type) => type.startsWith('image/'));
add(['woff', 'woff2', 'ttf', 'otf'], 'a font', (type) => type.startsWith('font/') || /^application\/.*font/.test(type));

/**
 * What is wrong with the Content-Type of an asset by the extension of its path, as the `detail` of a failed attempt; null
 * where it fits, where none was sent, and for extensions that say nothing. A browser refuses a module script that is not
 * JavaScript and a style sheet that is not CSS (HTML, "fetch a single module script", "process the linked resource"), and
 * runs a page that came in place of a classic script, which is a syntax error.
 */
export function wrongContentType(path: string, contentType: string | null): string | null {
  if (contentType === null) return null;
  const extension = /\.([a-z0-9]+)$/i.exec(path.split(/[?#]/, 1)[0] ?? '')?.[1]?.toLowerCase() ?? '';
  const asset = takes.get(extension);
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return asset === undefined || asset.fits(type) ? null : `${prefix}${type.slice(0, 60)} for ${asset.what}`;
}

/** Whether an attempt failed for that reason. */
export function isWrongContentType(detail: string | null): boolean {
  return detail?.startsWith(prefix) ?? false;
}
