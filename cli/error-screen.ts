import { isAbsolute, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type FileLocation, HitlessError } from '../record/error.ts';
import { InvalidFile } from '../runner/scenario/problem.ts';
import { type ExitCode, exitCodeOfError, exitCodes } from './exit-code.ts';

/** Whoever has more problems than this mends these first. */
const mostProblems = 10;

/** Writes what ended a command, one line a problem and what to do about it, and returns the exit code. */
export function showError(error: unknown, write: (text: string) => void): ExitCode {
  write(errorText(error));
  if (process.env.HITLESS_DEBUG && error instanceof Error) write(`${error.stack}\n`);
  return error instanceof HitlessError ? exitCodeOfError(error) : exitCodes.error;
}

/** `file:line:column: message`, a line each, and the hint. */
export function errorText(error: unknown): string {
  if (!(error instanceof HitlessError)) return unexpectedText(error);
  const problems = error instanceof InvalidFile ? error.problems : [error];
  const lines = problems.slice(0, mostProblems).map((one) => lineOf(one));
  if (problems.length > mostProblems) lines.push(`and ${problems.length - mostProblems} more`);
  if (error.hint) lines.push(`  ${inOneLine(error.hint)}`);
  if (error.text) lines.push('', ...error.text.trimEnd().split('\n').map(inOneLine));
  return `${lines.join('\n')}\n`;
}

function lineOf({ location, field, message }: HitlessError): string {
  const place = location ? placeText(location) : field;
  return place === undefined ? inOneLine(message) : `${place}: ${inOneLine(message)}`;
}

function placeText({ file, line, column }: FileLocation): string {
  return [shortPath(file), line, column].filter((part) => part !== undefined).join(':');
}

/** Relative to the working directory where that is shorter to read. */
export function shortPath(file: string): string {
  if (!isAbsolute(file)) return file;
  const fromHere = relative(process.cwd(), file) || '.';
  return fromHere.startsWith('..') ? file : fromHere;
}

function unexpectedText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `hitless failed: ${inOneLine(message)}\n  This is a fault of hitless. HITLESS_DEBUG=1 shows where it comes from.\n`;
}

/** Names and values come from files: nothing in them may move the cursor or colour the screen. */
export function inOneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, '?');
}
