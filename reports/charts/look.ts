import type { Result } from '../../record/result.ts';

/** How charts look where they are drawn: on a page in light or dark, or on a picture that has to speak for itself. */
export interface Look {
  dark: boolean;
  /** A picture has its title in it, a page around it. */
  titled: boolean;
  font: string;
  text: string;
  muted: string;
  grid: string;
  surface: string;
  band: string;
  failed: string;
  unknown: string;
  versions: readonly string[];
  lines: readonly string[];
}

const dashes = [[], [6, 3], [2, 2]];

// Lines differ in hue, and none is grey: the sum of several is drawn in the colour of the text. Versions differ in lightness first, then in hue, and none is near the red of failures: told apart with any colour
// vision (after M. Okabe and K. Ito, Color Universal Design, 2008).
const light: Look = {
  dark: false,
  titled: false,
  font: 'Inter, system-ui, sans-serif',
  text: '#1c2430',
  muted: '#5b6675',
  grid: '#e3e7ec',
  surface: '#ffffff',
  band: 'rgba(28, 36, 48, 0.045)',
  failed: '#c8102e',
  unknown: '#9aa3af',
  versions: ['#93c5ee', '#2f6db5', '#2a9d78', '#b57edc', '#e0a100', '#5f6b7a'],
  lines: ['#1f5fa8', '#e08a00', '#2a9d78', '#a35fc9', '#52b6e3', '#7a4a1e', '#8f9a1c'],
};

const dark: Look = {
  ...light,
  dark: true,
  text: '#e6eaf0',
  muted: '#9aa6b5',
  grid: '#2b3440',
  surface: '#161c24',
  band: 'rgba(230, 234, 240, 0.05)',
  failed: '#ff5c6c',
  unknown: '#77818e',
  versions: ['#a8d3f5', '#3b82d6', '#37b48b', '#c9a0ea', '#efb83a', '#8593a5'],
  lines: ['#4c97f0', '#f0a63c', '#37b48b', '#c9a0ea', '#6fdcf2', '#b8734c', '#b4d944'],
};

export function lookOf(how: { dark: boolean; titled?: boolean }): Look {
  return { ...(how.dark ? dark : light), titled: how.titled === true };
}

/** The versions of a run, in the order in which they first answered; a version keeps its place in all charts. */
export function versionsOf(result: Result): string[] {
  const { byVersion } = result.series;
  const firstAt = (version: string) => byVersion[version]?.findIndex((answers) => answers > 0) ?? -1;
  const answered = Object.keys(byVersion).sort((a, b) => firstAt(a) - firstAt(b));
  const others = [...result.events, ...result.replicas].map(({ version }) => version ?? '?');
  return [...new Set([...answered, ...others])].filter((version) => version !== '?');
}

/** The colour of a version; grey where it is not known, or one too many. */
export function colorOf(version: string | null, versions: readonly string[], look: Look): string {
  return look.versions[versions.indexOf(version ?? '?')] ?? look.unknown;
}

/** The colour of the nth line; grey where there are more lines than colours. */
export function lineOf(look: Look, index: number): string {
  return look.lines[index] ?? look.unknown;
}

/** How the nth line is drawn, so that lines are told apart without their colours too. */
export function dashOf(index: number): number[] {
  return dashes[index % dashes.length] ?? [];
}

/** The same colour, so much of it: `#rrggbb` with an alpha from 0 to 1. */
export function pale(color: string, alpha: number): string {
  return `${color}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
