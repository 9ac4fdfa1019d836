import type { Api } from '../../targets/kubernetes/api.ts';
import {
  inWords,
  missingRights,
  neededRights,
  type Right,
  rightsToWatch,
  rightsToWatchKinds,
  roleYaml,
  whoWeAre,
} from '../../targets/kubernetes/rights.ts';
import { workloadOf } from '../../targets/workload-name.ts';
import type { Finding, Question, Status } from './finding.ts';

/** What verify has to see, a line for each right that is missing; and whether run could deploy here. */
export async function lookAtRights(api: Api, question: Question, bad: Status): Promise<Finding[]> {
  const namespace = namespaceOf(api, question);
  const needed = neededToWatch(question);
  const [missing, missingToRun, user] = await Promise.all([
    missingRights(api, needed, namespace),
    missingRights(api, neededRights([], ['rollout'], true), namespace),
    whoWeAre(api),
  ]);
  const role = roleYaml(needed, namespace, user);
  return [...toVerify(missing, namespace, { user, role }, bad), toRun(missingToRun)];
}

function neededToWatch({ workload }: Question): readonly Right[] {
  return workload === undefined ? rightsToWatch : rightsToWatchKinds([workloadOf(workload).kind]);
}

function namespaceOf(api: Api, { namespace }: Question): string {
  const { kubeConfig } = api;
  return namespace ?? kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? 'default';
}

interface Who {
  user: string;
  /** What would give all of it. */
  role: string;
}

function toVerify(missing: readonly Right[], namespace: string, { user, role }: Who, bad: Status): Finding[] {
  const name = 'rights';
  if (missing.length === 0)
    return [{ name, status: 'ok', message: `${user} may see in ${namespace} all that verify looks at` }];
  const lines = missing.map(
    (right): Finding => ({
      name,
      status: bad,
      message: `${user} may not ${inWords(right)} in ${namespace}`,
    }),
  );
  const last = lines.at(-1);
  if (last !== undefined) {
    last.mend = 'Have somebody who may apply this:';
    last.text = role;
  }
  return lines;
}

function toRun(missing: readonly Right[]): Finding {
  const name = 'rights to run';
  if (missing.length === 0)
    return { name, status: 'ok', message: 'run --target kubernetes may make its namespace here' };
  return {
    name,
    status: 'warning',
    message: `run --target kubernetes may not ${missing.map(inWords).join(', ')}; verify needs none of that`,
    mend: 'Say --namespace NAME of one where you may deploy; a run names the Role that it lacks before it begins.',
  };
}
