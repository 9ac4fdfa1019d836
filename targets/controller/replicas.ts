import { type FileLocation, HitlessError } from '../../record/error.ts';

/** More replicas than that are a slip of the finger, and bring a machine down. */
const mostReplicas = 200;

/** Throws where a Deployment asks for more replicas than we are willing to start. */
export function judgeReplicas(replicas: number, location?: FileLocation): void {
  if (Number.isInteger(replicas) && replicas >= 0 && replicas <= mostReplicas) return;
  throw new HitlessError(
    'HITLESS_REPLICAS',
    `replicas is ${replicas}, expected a whole number from 0 to ${mostReplicas}`,
    { blame: 'usage', ...(location === undefined ? {} : { location }) },
  );
}
