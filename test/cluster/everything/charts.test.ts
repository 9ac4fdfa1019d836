import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { expect, onTestFinished, test } from 'vitest';
import { keepTimeline, smallPng } from './charts.ts';

/** A picture with so many lines that it takes much room. */
function picture(lines: number): Buffer {
  const canvas = createCanvas(1000, 400);
  const context = canvas.getContext('2d');
  for (let i = 0; i < lines; i++) {
    context.strokeStyle = `hsl(${(i * 47) % 360} 80% 50%)`;
    context.beginPath();
    context.moveTo((i * 131) % 1000, 0);
    context.lineTo((i * 73) % 1000, 400);
    context.stroke();
  }
  return canvas.toBuffer('image/png');
}

test('a large picture becomes a small one of the same shape, and a small one stays', async () => {
  const [large, plain] = [picture(24), picture(1)];
  expect(large.length).toBeGreaterThan(60_000);
  const small = await smallPng(large);
  expect(small.length).toBeLessThanOrEqual(60_000);
  const { width, height } = await loadImage(small);
  expect(width / height).toBeCloseTo(2.5, 1);
  expect(await smallPng(plain)).toBe(plain);
});

test('the timeline of a run is kept by the name of its scenario, and a run without one leaves none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  expect(await keepTimeline(folder, 'canary', folder)).toBeUndefined();
  mkdirSync(join(folder, 'charts'));
  writeFileSync(join(folder, 'charts', 'timeline.png'), picture(1));
  const kept = await keepTimeline(folder, 'canary', join(folder, 'docs'));
  expect(kept).toBe(join(folder, 'docs', 'canary-timeline.png'));
  expect(readFileSync(kept ?? '')).toEqual(picture(1));
});
