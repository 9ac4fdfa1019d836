import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import type { Manifests } from '../manifest/model.ts';
import type { AppSpec } from '../target.ts';

/**
 * The Service that traffic goes to: the one that `app.service` names, else the only one.
 *
 * @throws HitlessError HITLESS_NO_DEPLOYMENT, HITLESS_NO_SERVICE, HITLESS_WHICH_SERVICE
 */
export function mainService(
  { services, deployments }: Manifests,
  { service: wanted, manifests }: AppSpec,
): Manifests['services'][number] {
  const usage = (code: string, message: string) => new HitlessError(code, message, { blame: 'usage' });
  if (deployments.length === 0) throw usage('HITLESS_NO_DEPLOYMENT', `no Deployment in ${manifests.join(', ')}`);
  const names = services.map(({ name }) => name);
  const found = services.filter(({ name }) => wanted === undefined || name === wanted);
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  if (wanted !== undefined)
    throw usage('HITLESS_NO_SERVICE', `no Service ${wanted} in the manifests: ${meantOrKnown(wanted, names)}`);
  throw only === undefined
    ? usage('HITLESS_NO_SERVICE', `no Service in ${manifests.join(', ')}: traffic needs one to go to`)
    : usage(
        'HITLESS_WHICH_SERVICE',
        `the manifests hold ${names.length} Services, name one as app.service: ${names.join(', ')}`,
      );
}
