import { existsSync } from 'node:fs';
import { didYouMean } from '../record/nearest.ts';
import { defaultReporters } from '../reports/reporter-names.ts';
import { checks } from '../runner/check/checks.ts';
import { type CheckLevel, type Level, levels } from '../runner/judge/levels.ts';
import { findConfig } from './config/find.ts';
import { type Config, loadConfig } from './config/load.ts';
import { type OnInconclusive, onInconclusiveOf } from './on-inconclusive.ts';
import type { PolicyArguments } from './policy-options.ts';
import { wrongUse } from './wrong-use.ts';

/** What counts, and how it is told. */
export interface Policy {
  config: Config | null;
  reporters: readonly string[];
  onInconclusive: OnInconclusive | null;
  levels: readonly CheckLevel[];
}

/**
 * What flags and config say together.
 *
 * @throws HitlessError HITLESS_USAGE at a flag, and as findConfig and loadConfig
 */
export async function policyOf(args: PolicyArguments): Promise<Policy> {
  const file = configFileOf(args.config);
  const config = file === null ? null : await loadConfig(file);
  const flag = args['on-inconclusive'];
  const ofFlags = levelsOf(args.check);
  const ofConfig = (config?.levels ?? []).filter(({ check }) => !ofFlags.some((one) => one.check === check));
  return {
    config,
    reporters: args.reporter?.split(',') ?? config?.reporters ?? defaultReporters(process.env),
    onInconclusive: flag === undefined ? (config?.onInconclusive ?? null) : onInconclusiveOf(flag, '--on-inconclusive'),
    levels: [...ofConfig, ...ofFlags],
  };
}

function configFileOf(asked: PolicyArguments['config']): string | null {
  if (asked === false) return null;
  if (asked === undefined) return findConfig();
  if (existsSync(asked)) return asked;
  throw wrongUse(`--config: there is no file ${asked}`);
}

function levelsOf(given: unknown): CheckLevel[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null) throw wrongUse('--check: expected --check.NAME off, warn or error');
  return Object.entries(given).map(([check, level]) => {
    const by = `--check.${check}`;
    if (!checks.has(check)) throw wrongUse(`${by}: unknown check "${check}"${didYouMean(check, checks.keys())}`);
    if (Array.isArray(level)) throw wrongUse(`${by} is given twice`);
    if (!levels.some((one) => one === level))
      throw wrongUse(
        `${by}: expected ${levels.join(' or ')}, got ${String(level)}${didYouMean(String(level), levels)}`,
      );
    return { check, level: level as Level, by };
  });
}
