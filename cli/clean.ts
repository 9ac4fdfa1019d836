import type { CommandModule } from 'yargs';
import { HitlessError } from '../record/error.ts';
import { type TargetArguments, targetOptions } from './target-settings.ts';

const { namespace, context, kubeconfig } = targetOptions;

type Arguments = Pick<TargetArguments, 'namespace' | 'context' | 'kubeconfig'>;

export const clean: CommandModule<object, Arguments> = {
  command: 'clean',
  describe: 'remove what killed runs left here, at the Docker engine and in the cluster; never what a living one uses',
  builder: { namespace, context, kubeconfig },
  handler: async (args) => {
    const { cleanDeadRuns } = await import('../targets/lease.ts');
    const { cleanEngine } = await import('../targets/docker/removal.ts');
    const removed = [...(await cleanDeadRuns()), ...(await cleanEngine()), ...(await cleanCluster(args))];
    const lines = removed.map((line) => `${line}\n`);
    process.stdout.write(lines.length > 0 ? lines.join('') : 'nothing was left of dead runs\n');
  },
};

/** Where a cluster is known; one that was not asked for and does not answer is told, and is no error. */
async function cleanCluster({ namespace, context, kubeconfig }: Arguments): Promise<string[]> {
  const { cleanDeadRuns: cleanDeadRunsThere, clusterIsKnown } = await import('../targets/kubernetes/clean.ts');
  const asked = namespace !== undefined || context !== undefined || kubeconfig !== undefined;
  if (!asked && !clusterIsKnown()) return [];
  const choice = { ...(context !== undefined && { context }), ...(kubeconfig !== undefined && { kubeconfig }) };
  try {
    return await cleanDeadRunsThere(choice, namespace);
  } catch (error) {
    if (asked || !(error instanceof HitlessError)) throw error;
    process.stderr.write(`not cleaned: ${error.message}\n`);
    return [];
  }
}
