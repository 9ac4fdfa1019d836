import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';

/** A page of docs holds several, and a repository all that ever were. */
const mostBytes = 60_000;
/** Of their size in the report, which is twice as fine as a page shows it. */
const scales = [1, 0.75, 0.6, 0.5, 0.4];

/** Keeps the timeline of a run as NAME-timeline.png in a folder, small enough for docs; says which file it was. */
export async function keepTimeline(run: string, name: string, folder: string): Promise<string | undefined> {
  const drawn = join(run, 'charts', 'timeline.png');
  if (!existsSync(drawn)) return undefined;
  mkdirSync(folder, { recursive: true });
  const kept = join(folder, `${name}-timeline.png`);
  writeFileSync(kept, await smallPng(readFileSync(drawn)));
  return kept;
}

/** The same picture in at most 60 kB, drawn smaller where it has to be. Rejects where even the smallest is larger. */
export async function smallPng(png: Buffer): Promise<Buffer> {
  if (png.length <= mostBytes) return png;
  const image = await loadImage(png);
  for (const scale of scales) {
    const canvas = createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const smaller = canvas.toBuffer('image/png');
    if (smaller.length <= mostBytes) return smaller;
  }
  throw new Error(`a picture of ${png.length} bytes does not get below ${mostBytes}`);
}
