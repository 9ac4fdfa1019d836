import { HitlessError } from '../record/error.ts';
import { createReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { scenarioFrom } from '../runner/scenario/load.ts';
import type { Source } from '../runner/scenario/problem.ts';
import { requireCommand } from './executable.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { planText } from './plan.ts';
import { policyOf } from './policy.ts';
import { settingsOf, type TargetArguments } from './target-settings.ts';
import { refuseUnusable } from './usable-url.ts';
import { withConfig } from './verify-config.ts';
import { sightText } from './verify-lanes.ts';
import type { VerifyArguments } from './verify-options.ts';
import { refuseUnreadable } from './verify-records.ts';
import { seesCluster, verifyFile, verifySource } from './verify-scenario.ts';
import { wrongUse } from './wrong-use.ts';

/** `deploy`: the words behind `--`; none where somebody else's rollout is waited for. */
export async function verifyCommand(args: VerifyArguments, deploy: readonly string[]): Promise<ExitCode> {
  refuseContradictions(args, deploy);
  const settings = await placeOf(args);
  settingsOf(settings, 'url');
  const policy = await policyOf(args);
  // Lanes of a config have rates of their own.
  const notices = policy.config?.lanes ? [] : [sightText(args.rate)];
  const request = { target: 'url', settings, out: args.out, policy, notices };
  createReporters(policy.reporters, screenOn(process.stdout));
  const source = withConfig(verifySource(args, deploy), policy.config, args);
  const scenario = scenarioFrom(source, verifyFile);
  refuseUnreadable(scenario, source);
  if (args['dry-run']) {
    process.stdout.write([planText(scenario, 'url'), ...notices.map((line) => `${line}\n`)].join(''));
    return exitCodes.pass;
  }
  if (deploy[0] !== undefined) requireCommand(deploy[0]);
  const { runOne } = await import('./run-one.ts');
  const interruption = new Interruption();
  try {
    return await runOne(async () => scenario, { ...request, definition: source.value }, interruption);
  } catch (error) {
    throw atFlag(error, source);
  } finally {
    interruption.end();
  }
}

/** Whoever wrote flags has no file in which he would find a field. */
function atFlag(error: unknown, source: Source): unknown {
  if (!(error instanceof HitlessError) || error.field === undefined) return error;
  return error.of({ location: source.locate(error.field.split('.'), 'value') });
}

/** Where the cluster is looked at it is where kubectl would look. */
async function placeOf(args: VerifyArguments): Promise<TargetArguments> {
  const { namespace, context, kubeconfig, workload } = args;
  const said = { namespace, context, kubeconfig, workload };
  if (namespace !== undefined || !seesCluster(args)) return said;
  // The library is large, and only wanted where a cluster is.
  const { namespaceOfContext } = await import('../targets/kubernetes/kubeconfig.ts');
  const choice = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
  return { ...said, namespace: namespaceOfContext(choice) };
}

function refuseContradictions(args: VerifyArguments, deploy: readonly string[]): void {
  if (!(args.rate > 0)) throw wrongUse(`--rate: expected a number above 0, got ${args.rate}`);
  refuseUnusable(args.url, '--url');
  if (args.watch && deploy.length > 0)
    throw wrongUse('--watch: it waits for a rollout that somebody else starts, and a command was given too');
  if (args.watch && !seesCluster(args))
    throw wrongUse(
      '--watch: a rollout is seen in the cluster alone',
      'Say --service NAME or --workload KIND/NAME, and --namespace.',
    );
  if (!args.watch && deploy.length === 0)
    throw wrongUse(
      'verify needs a command behind --, or --watch',
      'hitless verify --url URL -- kubectl apply -f shop.yml',
    );
}
