import { findIsolation } from '../../targets/local/pid-namespace.ts';
import type { Look } from './finding.ts';

/** What the local target needs for a replica to be PID 1, as in a container. verify needs none. */
export const lookAtIsolation: Look = async () => {
  const name = 'pid namespaces';
  const isolation = await findIsolation();
  if (isolation !== 'none') return [{ name, status: 'ok', message: `as ${isolation}; for run --target local` }];
  return [
    {
      name,
      status: 'warning',
      message: 'none can be made: run --target local is approximate (replicas are not PID 1); verify needs none',
      mend: 'On Linux run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0).',
    },
  ];
};
