import { HitlessError } from '../../record/error.ts';
import type { Api } from '../../targets/kubernetes/api.ts';
import { clockFinding } from './clock.ts';
import type { Finding, Look, Question, Status } from './finding.ts';
import { lookAtRights } from './rights.ts';

/** The context, the server that it leads to, its clock, and what we may do there. */
export const lookAtCluster: Look = async (question, signal) => {
  const { clusterIsKnown, loadCluster } = await import('../../targets/kubernetes/kubeconfig.ts');
  const name = 'cluster';
  const status: Status = question.needsCluster ? 'missing' : 'warning';
  if (!question.needsCluster && !clusterIsKnown())
    return [
      {
        name,
        status,
        message: 'none is known: verify judges by traffic alone, and says what it could not know',
        mend: 'Set KUBECONFIG, or say --kubeconfig FILE; in a pod, give it a service account.',
      },
    ];
  const { Api } = await import('../../targets/kubernetes/api.ts');
  const { clusterFault } = await import('../../targets/kubernetes/fault.ts');
  let server = 'the API server';
  try {
    const cluster = loadCluster(question.choice);
    server = cluster.server;
    const api = new Api(cluster.kubeConfig, server);
    signal.addEventListener('abort', () => void api.close());
    try {
      return await lookAround(api, cluster.kubeConfig.getCurrentContext(), question, status);
    } finally {
      await api.close();
    }
  } catch (error) {
    const { message, hint } = error instanceof HitlessError ? error : clusterFault(error, { doing: 'ask', server });
    return [{ name, status, message, ...(hint !== undefined && { mend: hint }) }];
  }
};

async function lookAround(api: Api, context: string, question: Question, bad: Status): Promise<Finding[]> {
  const fromMs = performance.now();
  const { gitVersion } = await api.get<{ gitVersion: string }>('/version');
  const tookMs = Math.round(performance.now() - fromMs);
  const message = `Kubernetes ${gitVersion} at ${api.server} (context ${context}), answered in ${tookMs} ms`;
  const more = await Promise.all([lookAtRights(api, question, bad), clockFinding(api)]);
  return [{ name: 'cluster', status: 'ok', message }, ...more.flat()];
}
