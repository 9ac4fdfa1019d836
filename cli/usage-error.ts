import type { HitlessError } from '../record/error.ts';
import { didYouMean } from '../record/nearest.ts';
import { shown } from '../runner/scenario/problem.ts';
import { benchOptions } from './bench-options.ts';
import { compareOptions, trendOptions } from './compare-options.ts';
import { doctorOptions } from './doctor.ts';
import { reportOptions } from './report.ts';
import { runOptions } from './run.ts';
import { verifyOptions } from './verify-options.ts';
import { wrongUse } from './wrong-use.ts';

export const commandNames = [
  'run',
  'verify',
  'bench',
  'compare',
  'trend',
  'list',
  'report',
  'schema',
  'doctor',
  'clean',
] as const;
const options = {
  ...runOptions,
  ...reportOptions,
  ...verifyOptions,
  ...benchOptions,
  ...compareOptions,
  ...trendOptions,
  ...doctorOptions,
};
const aliases = Object.values(options).flatMap((option) => ('alias' in option ? [option.alias] : []));
const optionNames = [...Object.keys(options), 'help', 'version'];
const typeable = new Set<string>([...optionNames, ...aliases, 'h', 'v']);
const repeatable = Object.entries(options).flatMap(([name, option]) => ('array' in option ? [name] : []));
const needed: Partial<Record<string, string>> = {
  run: 'a scenario',
  bench: 'a URL or a scenario',
  compare: 'two folders of benches or runs',
  report: 'the folder of a run',
};

/** yargs makes a list of an option that is given twice; few of ours are one. Throws HITLESS_USAGE. */
export function refuseTwice(given: Readonly<Record<string, unknown>>): true {
  const twice = optionNames.find((name) => Array.isArray(given[name]) && !repeatable.includes(name));
  if (twice !== undefined) throw wrongUse(`--${twice} is given twice`);
  return true;
}

const numbers = Object.entries(options).filter(([, option]) => 'type' in option && option.type === 'number');

/** Of a body alone nothing is something to say; elsewhere a variable of a script was empty. Throws HITLESS_USAGE. */
export function refuseEmpty(given: Readonly<Record<string, unknown>>, args: readonly string[]): true {
  for (const [name, option] of Object.entries(options)) {
    if (!('type' in option) || name === 'data') continue;
    const isEmpty = option.type === 'number' ? typedFor(name, option, args) === '' : given[name] === '';
    if (isEmpty) throw wrongUse(`--${name}: expected a value, got an empty one`);
  }
  return true;
}

/** yargs makes NaN of what is no number, and the word that was typed is lost. `args`: as typed. Throws HITLESS_USAGE. */
export function refuseNoNumber(given: Readonly<Record<string, unknown>>, args: readonly string[]): true {
  for (const [name, option] of numbers) {
    if (!Number.isNaN(given[name])) continue;
    const typed = typedFor(name, option, args);
    throw wrongUse(`--${name}: expected a number, got ${typed === undefined ? 'none' : shown(typed)}`);
  }
  return true;
}

function typedFor(name: string, option: object, args: readonly string[]): string | undefined {
  const words = [`--${name}`, ...('alias' in option ? [`-${option.alias}`] : [])];
  const at = args.findIndex((arg) => words.includes(arg.split('=')[0] ?? ''));
  if (at === -1) return undefined;
  return args[at]?.includes('=') ? args[at].replace(/^[^=]*=/, '') : args[at + 1];
}

/** What yargs has to say of wrong use, in the form of all our messages, with the nearest word. `args`: as typed. */
export function usageError(message: string, args: readonly string[]): HitlessError {
  const command = args.find((arg) => commandNames.some((name) => name === arg));
  const hint = `${command ? `hitless ${command}` : 'hitless'} --help shows what there is.`;
  return wrongUse(inOurWords(message, args, command), hint);
}

function inOurWords(message: string, args: readonly string[], command: string | undefined): string {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message);
  if (unknown?.[1]) return unknownText(unknown[1].split(', ')[0] ?? '', args);
  const choice = /Argument: (\S+), Given: "?(.*?)"?, Choices: (.*)/.exec(message);
  if (choice?.[1]) return choiceText(choice[1], choice[2] ?? '', choice[3] ?? '');
  const noValue = /^Not enough arguments following: (.*)$/.exec(message);
  if (noValue) return `--${noValue[1]} needs a value`;
  const slip = /^(Not enough non-option|Missing required) arguments?/.test(message) ? unknownOption(args) : undefined;
  if (slip !== undefined) return `unknown option --${slip}${didYouMean(slip, optionNames)}`;
  if (/^Not enough non-option arguments/.test(message))
    return command ? `${command} needs ${needed[command] ?? 'more'}` : `expected a command: ${commandNames.join(', ')}`;
  const line = message.trim().replaceAll(/\s*\n\s*/g, ' ');
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}

/** yargs tells the name of an option without its dashes; only what was typed says that it is one. */
function unknownText(word: string, args: readonly string[]): string {
  const typed = args.find((arg) => /^--?/.test(arg) && arg.replace(/^--?/, '').split('=')[0] === word);
  if (typed !== undefined) return `unknown option ${typed.split('=')[0]}${didYouMean(word, optionNames)}`;
  return `unknown word ${word}${didYouMean(word, commandNames)}`;
}

/** What yargs says is missing may be missing because of it: `--repotr list` takes the command for its value. */
function unknownOption(args: readonly string[]): string | undefined {
  const end = args.indexOf('--');
  const names = args.slice(0, end === -1 ? args.length : end).flatMap((arg) => /^--([^=.]+)/.exec(arg)?.[1] ?? []);
  return names.find((name) => !typeable.has(name) && !typeable.has(name.replace(/^no-/, '')));
}

function choiceText(name: string, given: string, listed: string): string {
  const choices = listed.split(', ').map((choice) => choice.replaceAll('"', ''));
  const what = optionNames.includes(name) ? `--${name}: ` : '';
  return `${what}expected ${choices.join(' or ')}, got ${given}${didYouMean(given, choices)}`;
}
