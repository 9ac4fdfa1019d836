import { canBeAsked } from './request.ts';

/** A page names some dozens at most; one that names more is not what a visitor of ours is to load. */
const mostAssets = 50;
/** The head of a page, where its assets are named, and more. */
const longestPage = 262_144;
/** With a longest tag the search stays linear, whatever comes. */
const tag = /<(script|link|img)\b([^<>]{1,2000})>/gi;
const attribute = /(?:^|\s)(src|href|rel)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/gi;
/** Links that a browser fetches by itself. */
const fetched = ['stylesheet', 'icon', 'modulepreload', 'preload'];

/**
 * The paths of the scripts, style sheets and images that a page names, in its order, each once and 50 at most: those of
 * its own origin that can be asked for as they are. `path` is the page's own, for names that are relative to it.
 */
export function assetsOf(page: Buffer, path: string): string[] {
  const html = page.subarray(0, longestPage).toString();
  const found = new Set<string>();
  for (const [, element = '', attributes = ''] of html.matchAll(tag)) {
    const { src, href, rel = '' } = valuesOf(attributes);
    const isLink = element.toLowerCase() === 'link';
    if (
      isLink &&
      !rel
        .toLowerCase()
        .split(/\s+/)
        .some((word) => fetched.includes(word))
    )
      continue;
    const asset = pathOf(isLink ? href : src, path);
    if (asset !== null && found.size < mostAssets) found.add(asset);
  }
  return [...found];
}

function valuesOf(attributes: string): { src?: string; href?: string; rel?: string } {
  const values: Record<string, string> = {};
  for (const [, name = '', quoted, single, bare] of attributes.matchAll(attribute))
    values[name.toLowerCase()] ??= (quoted ?? single ?? bare ?? '').replaceAll('&amp;', '&').trim();
  return values;
}

/** Any origin does for finding out whether a name leads away from it. */
const origin = 'http://page.invalid';

function pathOf(name: string | undefined, page: string): string | null {
  const url = name ? URL.parse(name, origin + page) : null;
  if (url === null || url.origin !== origin) return null;
  const asset = url.pathname + url.search;
  return canBeAsked(asset) ? asset : null;
}
