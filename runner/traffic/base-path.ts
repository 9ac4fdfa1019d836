import type { Lane } from './lane.ts';

/** The lanes with all their paths below the path of this URL: `/cart` at `http://host/shop` is `/shop/cart`. */
export function belowBase(lanes: readonly Lane[], url: string): Lane[] {
  const base = (URL.parse(url)?.pathname ?? '').replace(/\/+$/, '');
  if (base === '') return [...lanes];
  const below = (path: string) => base + path;
  return lanes.map((lane) => {
    if (lane.control !== null) return lane;
    const request = { ...lane.request, path: below(lane.request.path) };
    const session = lane.session && sessionBelow(lane.session, below);
    return { ...lane, request, session, ...(lane.flow && { flow: { ...lane.flow, base } }) };
  });
}

function sessionBelow(session: NonNullable<Lane['session']>, below: (path: string) => string) {
  const { page, assets } = session;
  // Assets that a page names are asked for as it names them.
  return { ...session, page: below(page), assets: Array.isArray(assets) ? assets.map(below) : assets };
}
