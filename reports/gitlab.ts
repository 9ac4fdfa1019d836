import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../record/result.ts';
import { plain } from './plain.ts';
import type { Reporter } from './reporter.ts';
import { repositoryFile } from './repository-file.ts';

/** A finding of GitLab's code quality report: the subset of Code Climate's format that it reads. */
interface Finding {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: 'info' | 'minor' | 'major' | 'critical' | 'blocker';
  location: { path: string; lines: { begin: number } };
}

/** Writes gl-code-quality-report.json, which a merge request shows as `artifacts: reports: codequality`. */
export function gitlab(): Reporter {
  return {
    name: 'gitlab',
    onEnd: (result, folder) =>
      writeFile(join(folder, 'gl-code-quality-report.json'), formatCodeQuality(result, folder)),
  };
}

/** One finding for each check and step that speaks against the run, and for what was not judged; none for a clean pass. */
export function formatCodeQuality(result: Result, folder: string): string {
  if (result.expectation?.met) return '[]\n';
  const told = [
    ...result.checks
      .filter(({ asked, verdict }) => asked || verdict === 'warn')
      .flatMap((check) => ofCheck(check, result)),
    ...result.steps.flatMap((step, index) => ofStep(step, index, result)),
    ...(result.notJudged ?? []).map(ofLevel),
  ];
  const isTold = told.some(({ severity }) => severity !== 'info' && severity !== 'minor');
  if (result.verdict !== 'pass' && !isTold) {
    const description = result.reasons.join(' ') || result.verdict;
    told.unshift({ what: 'verdict', description, severity: severityOf(result.verdict, result) });
  }
  // A file of the repository that the run came from; where none is, the pipeline itself.
  const path = repositoryFile(result, folder) ?? '.gitlab-ci.yml';
  return `${JSON.stringify(
    told.map((one) => findingOf(one, result, path)),
    null,
    2,
  )}\n`;
}

interface Told {
  what: string;
  description: string;
  severity: Finding['severity'];
}

function ofCheck({ name, lane, verdict, message, hint }: Result['checks'][number], result: Result): Told[] {
  if (verdict === 'pass' || verdict === 'not-applicable') return [];
  const help = verdict === 'inconclusive' && hint !== undefined ? ` To find out: ${hint}.` : '';
  const what = lane === null ? name : `${name} [${lane}]`;
  return [{ what, description: `${message}${help}`, severity: severityOf(verdict, result) }];
}

function ofStep({ name, verdict, message, hint }: Result['steps'][number], index: number, result: Result): Told[] {
  if (verdict === 'pass') return [];
  const help = hint === undefined ? '' : ` To find out: ${hint}.`;
  const description = `${name}: ${message ?? verdict}.${help}`;
  return [{ what: `step ${index + 1}`, description, severity: severityOf(verdict, result) }];
}

function ofLevel({ check, level, by }: NonNullable<Result['notJudged']>[number]): Told {
  const message = level === 'off' ? `was not judged: it is off (${by})` : `does not decide, it only warns (${by})`;
  return { what: `level of ${check}`, description: `${check} ${message}`, severity: 'info' };
}

function severityOf(verdict: Result['checks'][number]['verdict'], { onInconclusive }: Result): Finding['severity'] {
  if (verdict === 'fail') return 'critical';
  if (verdict === 'warn') return 'minor';
  const pardoned = onInconclusive?.done === 'warn' || onInconclusive?.done === 'pass';
  return verdict === 'inconclusive' && pardoned ? 'minor' : 'major';
}

/** The same finding of another run has the same fingerprint: so GitLab tells what is new from what was there before. */
function findingOf({ what, description, severity }: Told, { scenario }: Result, path: string): Finding {
  const name = plain(scenario.name, 100);
  return {
    description: plain(`${name}: ${description}`, 500),
    check_name: `hitless/${plain(what, 100)}`,
    fingerprint: createHash('sha256')
      .update(JSON.stringify(['hitless', name, what, severity]))
      .digest('hex'),
    severity,
    location: { path: plain(path, 300), lines: { begin: 1 } },
  };
}
