import { scenarioFrom } from '../runner/scenario/load.ts';
import { placeOf } from '../targets/address.ts';
import { addressesFor } from '../targets/resolve.ts';
import { type Finding, inTime, type Question } from './doctor/finding.ts';
import type { DoctorArguments } from './doctor.ts';
import { inOneLine } from './error-screen.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { type VerifyArguments, verifyOptions } from './verify-options.ts';
import { verifyFile, verifySource } from './verify-scenario.ts';

export async function doctorCommand(args: DoctorArguments): Promise<ExitCode> {
  const question = questionOf(args);
  // Only now: a cluster's client alone takes half a second to load.
  const { probes } = await import('./doctor/probes.ts');
  const findings = (await Promise.all(probes.map((probe) => inTime(probe, question)))).flat();
  const ready = findings.every(({ status }) => status !== 'missing');
  process.stdout.write(args.json ? `${JSON.stringify({ ready, findings }, null, 2)}\n` : textOf(findings, ready));
  return ready ? exitCodes.pass : exitCodes.error;
}

/** @throws HitlessError as verify does for the same words */
function questionOf(args: DoctorArguments): Question {
  const { url, service, workload, namespace, context, kubeconfig, rate } = args;
  // Without a URL the other words are still to be right.
  const { app } = scenarioOf({ ...args, url: url ?? 'http://127.0.0.1' });
  const asked = url === undefined ? undefined : new URL(url);
  const addresses = asked && addressesFor(app.resolve ?? [], placeOf(asked));
  return {
    url: asked,
    way: { ...(app.tls && { tls: app.tls }), ...(addresses && { addresses }) },
    service,
    workload,
    namespace,
    choice: { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) },
    rate,
    needsCluster: [service, workload, namespace, context, kubeconfig].some((said) => said !== undefined),
  };
}

function scenarioOf(args: DoctorArguments & { url: string }) {
  const usual = Object.entries(verifyOptions).flatMap(([name, option]) =>
    'default' in option ? [[name, option.default]] : [],
  );
  return scenarioFrom(verifySource({ ...Object.fromEntries(usual), ...args } as VerifyArguments, ['true']), verifyFile);
}

function textOf(findings: readonly Finding[], ready: boolean): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = ' '.repeat('missing'.length + 2 + width + 2);
  const lines = findings.flatMap(({ name, status, message, mend, text }) => [
    `${status.padEnd('missing'.length)}  ${name.padEnd(width)}  ${inOneLine(message)}`,
    ...(mend === undefined ? [] : [`${indent}${inOneLine(mend)}`]),
    ...(text === undefined ? [] : ['', ...text.trimEnd().split('\n').map(inOneLine), '']),
  ]);
  const missing = [...new Set(findings.filter(({ status }) => status === 'missing').map(({ name }) => name))];
  const last = ready ? 'verify could run here' : `verify could not run here: ${missing.join(', ')}`;
  return `${lines.join('\n')}\n\n${last}\n`;
}
