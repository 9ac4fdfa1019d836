import { findIsolation, refusalOfAll } from '../../targets/local/namespaces-allowed.ts';
import type { Look } from './finding.ts';

/** What the local target needs for a replica to be PID 1, as in a container. verify needs none. */
export const lookAtIsolation: Look = async () => {
  const name = 'pid namespaces';
  const isolation = findIsolation();
  if (isolation !== 'none') return [{ name, status: 'ok', message: `as ${isolation}; for run --target local` }];
  const { why, mend } = refusalOfAll() ?? { why: 'for an unknown reason', mend: '' };
  return [
    {
      name,
      status: 'warning',
      message: `none can be made (${why}): run --target local is approximate (replicas are not PID 1); verify needs none`,
      ...(mend !== '' && { mend }),
    },
  ];
};
