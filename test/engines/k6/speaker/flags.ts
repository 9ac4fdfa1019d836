import { fail, logAsJson } from './log.ts';

export interface Flags {
  script: string;
  lines: string | null;
  summary: string | null;
  systemTags: string[];
  noConnectionReuse: boolean;
  insecure: boolean;
}

const defaultTags =
  'proto,subproto,status,method,url,name,group,check,error,error_code,tls_version,scenario,service,expected_response';
const alone = [
  'quiet',
  'no-color',
  'no-usage-report',
  'no-connection-reuse',
  'insecure-skip-tls-verify',
  'no-thresholds',
];
const valued = ['config', 'address', 'log-format', 'out', 'summary-mode', 'summary-export', 'system-tags', 'env'];

/** Exits with 255 where k6 of that version does not know a flag. */
export function flagsOf(args: readonly string[], version: string): Flags {
  const given = new Map<string, string>();
  const files: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('--')) {
      files.push(arg);
      continue;
    }
    const [name = '', inline] = arg.slice(2).split(/=(.*)/s, 2);
    if (name === 'no-summary' && version.startsWith('v1')) given.set(name, '');
    else if (alone.includes(name)) given.set(name, '');
    else if (valued.includes(name)) given.set(name, inline ?? args[++i] ?? '');
    else fail(255, `unknown flag: --${name}`);
  }
  if (given.get('log-format') === 'json') logAsJson();
  const [script] = files;
  if (script === undefined || files.length > 1) fail(255, `accepts 1 arg(s), received ${files.length}`);
  const modes = ['compact', 'full', ...(/^v1\.[0-2]\./.test(version) ? [] : ['disabled'])];
  const mode = given.get('summary-mode') ?? 'compact';
  if (!modes.includes(mode)) fail(255, `invalid summary mode "${mode}"`);
  const out = given.get('out') ?? null;
  if (out !== null && !out.startsWith('json=')) fail(255, `invalid output type '${out}'`);
  return {
    script,
    lines: out === null ? null : out.slice('json='.length),
    summary: mode === 'disabled' ? null : (given.get('summary-export') ?? null),
    systemTags: (given.get('system-tags') ?? defaultTags).split(','),
    noConnectionReuse: given.has('no-connection-reuse'),
    insecure: given.has('insecure-skip-tls-verify'),
  };
}
