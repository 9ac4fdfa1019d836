import { HitlessError } from '../../record/error.ts';
import { didYouMean } from '../../record/nearest.ts';
import { type FieldPath, type Source, shown } from './problem.ts';

/** A field that the command line sets: `--lane.visitors.rate 500` is the path `['lane', 'visitors', 'rate']`. */
export interface Override {
  /** As the user wrote it; errors name it. */
  flag: string;
  /** `['seed']`, or `['lane', NAME, field, ...]`. */
  path: readonly string[];
  value: unknown;
}

/**
 * Sets fields of a scenario before it is validated; what is wrong with them is then found at the flag, not in the file.
 *
 * @throws HitlessError HITLESS_OVERRIDE where a flag names no lane
 */
export function withOverrides(source: Source, overrides: readonly Override[]): Source {
  let value = source.value;
  const flags: { path: FieldPath; flag: string }[] = [];
  for (const { flag, path, value: set } of overrides) {
    const place = placeOf(path, value, flag);
    value = withField(value, place, set);
    flags.push({ path: place, flag });
  }
  return {
    value,
    locate(path, at) {
      const set = flags.findLast((one) => one.path.every((part, depth) => part === path[depth]));
      return set ? { file: set.flag } : source.locate(path, at);
    },
  };
}

function placeOf([first = '', name = '', ...field]: readonly string[], value: unknown, flag: string): FieldPath {
  const wrong = (message: string) =>
    new HitlessError('HITLESS_OVERRIDE', message, { blame: 'usage', location: { file: flag } });
  if (first !== 'lane') return [first];
  if (field.length === 0) throw wrong('expected a field of a lane, such as --lane.visitors.rate');
  const lanes = (value as { lanes?: unknown } | null)?.lanes;
  const names = Array.isArray(lanes) ? lanes.map((lane) => String((lane as { name?: unknown } | null)?.name)) : [];
  const index = names.indexOf(name);
  if (index === -1) throw wrong(`no lane ${shown(name)}${didYouMean(name, names)}`);
  return ['lanes', index, ...field];
}

/** A copy with one field set; only what leads to it is copied, as aliases may share it. */
function withField(holder: unknown, [part, ...rest]: FieldPath, set: unknown): unknown {
  if (part === undefined) return set;
  if (Array.isArray(holder)) return holder.map((item, index) => (index === part ? withField(item, rest, set) : item));
  const fields = typeof holder === 'object' && holder !== null ? holder : {};
  return { ...fields, [part]: withField((fields as Record<string, unknown>)[part], rest, set) };
}
