import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatPage } from '../../reports/html/document.ts';
import { html } from '../../reports/html/html.ts';
import { lacks } from '../available.ts';
import { type FixtureName, fixtures } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'hitless-report-'));
const names = Object.keys(fixtures) as FixtureName[];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, page: string): string {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, page);
  return pathToFileURL(file).href;
}

describe('report.html as text', () => {
  test.each(names)('%s is less than 1.5 MB and points nowhere', (name) => {
    const page = formatPage(fixtures[name]());
    expect(page.length).toBeLessThan(1_500_000);
    expect(page.match(/<(?:link|img|script|iframe|a)\b[^>]*(?:src|href)="(?!data:)[^>]*>/g)).toBeNull();
    expect(page.match(/url\((?!data:)[^)]*\)/g)).toBeNull();
  });

  test('names end no element, and open none', () => {
    const page = formatPage(fixtures.hostile());
    expect(page.match(/<script\b[^>]*>/g)).toEqual([
      '<script type="application/json" id="result">',
      '<script>',
      '<script>',
    ]);
    expect(page.match(/<\/script>/g)).toHaveLength(3);
    expect(page.match(/<img/g)).toBeNull();
  });

  test('the verdict and why stand in it without any script', () => {
    const page = formatPage(fixtures.failing());
    expect(page).toContain('<h1>Fail</h1>');
    expect(page).toContain('requests failed (zero-failed)');
  });

  test('the license of chart.js stays with it', () => {
    expect(formatPage(fixtures.healthy())).toMatch(/Chart\.js v[\d.]+\s[\s\S]{0,200}MIT License/);
  });
});

test('the charts come as pictures beside the report', async () => {
  const place = mkdtempSync(join(folder, 'run-'));
  await html().onEnd(fixtures.failing(), place);
  expect(readFileSync(join(place, 'report.html'), 'utf8')).toContain('<h1>Fail</h1>');
  const png = readFileSync(join(place, 'charts/timeline.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2000, 720]);
});

test('where they cannot be drawn the report comes all the same, and it is said', async () => {
  const place = mkdtempSync(join(folder, 'run-'));
  writeFileSync(join(place, 'charts'), 'a file where a folder has to be');
  await expect(html().onEnd(fixtures.failing(), place)).rejects.toThrow(/report\.html is there, .* pictures are not/);
  expect(readFileSync(join(place, 'report.html'), 'utf8')).toContain('<h1>Fail</h1>');
});

describe.skipIf(lacks('browser'))('report.html in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    const args =
      '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: args.split(' ') });
  });
  afterAll(() => browser.close());

  /** Opens it and waits for its charts; all that the browser complained of or asked for comes along. */
  async function open(url: string, { dark = false, width = 1280 } = {}) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: dark ? 'dark' : 'light' });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    await page.waitForSelector('#about');
    await page.waitForFunction(drawn, null, { polling: 200 });
    return { page, complaints };
  }

  /** Of each canvas hundreds of pixels are not as its corner is. */
  const drawn = `[...document.querySelectorAll('canvas')].every((canvas) => {
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const pixels = new Uint32Array(data.buffer);
    return pixels.reduce((sum, pixel) => sum + (pixel !== pixels[0] ? 1 : 0), 0) > 200;
  })`;

  test.each(names)('%s: complete, without complaint, without a request, at 1280 and 400 pixels', async (name) => {
    const url = write(name, formatPage(fixtures[name]()));
    const { page, complaints } = await open(url);
    expect(await page.locator('canvas').count()).toBe(name === 'empty' ? 0 : 5);
    expect(await page.locator('h1').count()).toBe(1);
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction(drawn, null, { polling: 200 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
    expect(complaints).toEqual([]);
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    await page.close();
  });

  test('requests to a control lane are in no figure of the app, and no outage is claimed while the way was out', async () => {
    const result = fixtures.healthy();
    const [lane] = result.traffic;
    if (lane === undefined) throw new Error('a run has a lane');
    result.traffic = [
      { ...lane, sent: 100, planned: 100, ok: 60, failed: 40, unanswered: 0, unsent: 0, pathFailures: 40 },
      { ...lane, lane: 'control', role: 'control', sent: 900, planned: 900, ok: 500, failed: 400 },
    ];
    result.outages = [];
    const { page } = await open(write('control', formatPage(result)));
    const told = (await page.locator('.numbers dt, .numbers dd').allTextContents()).join(' ');
    expect(told).toContain('requests sent 100 of 100 planned');
    expect(told).toContain(
      'failed 40 40.0 %; all as the control lane did longest outage none seen the way there was out',
    );
    await page.close();
  });

  test('a script that was smuggled in would not run, and it would show', async () => {
    const smuggled = formatPage(fixtures.healthy()).replace('</body>', '<script>globalThis.pwned = 1</script></body>');
    const { page, complaints } = await open(write('smuggled', smuggled));
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });

  test('each chart has its words, and each table can be reached by keyboard', async () => {
    const { page } = await open(write('failing', formatPage(fixtures.failing())));
    const labels = await page
      .locator('canvas')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
    expect(labels.map((label) => (label ?? '').length > 60)).toEqual([true, true, true, true, true]);
    expect(labels[0]).toContain('220 failed');
    expect(await page.locator('.scroll:not([tabindex="0"][aria-label])').count()).toBe(0);
    await page.close();
  });

  test('what is worth a look is there where requests failed, and says that it is no cause', async () => {
    const { page } = await open(write('failing', formatPage(fixtures.failing())));
    const text = (await page.locator('#hints').textContent()) ?? '';
    expect(text).toContain('that it did so here is not shown');
    expect(text).toContain('mimuc-app has no readinessProbe');
    expect(text).toContain('docs/tutorial.md#6-zero-downtime');
    await page.close();
    const healthy = await open(write('healthy', formatPage(fixtures.healthy())));
    expect(await healthy.page.locator('#hints').count()).toBe(0);
    await healthy.page.close();
  });

  test('it says whose the versions of the timeline are where answers do not tell them', async () => {
    const result = fixtures.healthy();
    result.series.versionsBy = 'platform';
    const { page } = await open(write('platform', formatPage(result)));
    expect(await page.locator('figure.timeline figcaption').textContent()).toContain('versions as the platform says');
    await page.close();
  });

  test('it says where connections to a URL went, and how long their handshakes took', async () => {
    const result = fixtures.healthy();
    result.target.kind = 'url';
    const addresses = ['10.0.0.7:443', '10.0.0.8:443'].map((address) => ({ address, connections: 5, failed: 0 }));
    Object.assign(result.traffic[0] ?? {}, { addresses, tlsMs: { p50: 2, p99: 9, max: 11 } });
    const { page } = await open(write('ways', formatPage(result)));
    const text = await page.locator('#lanes .note').allTextContents();
    expect(text).toEqual([expect.stringMatching(/10\.0\.0\.8:443 \(5 connections\); TLS handshakes took 2 ms/)]);
    await page.close();
  });

  test('failed attempts are filtered by lane, class and word', async () => {
    const result = fixtures.failing();
    const { page } = await open(write('failing', formatPage(result)));
    const shown = () => page.locator('#attempts tbody tr:visible').count();
    expect(await shown()).toBe(result.failures.length);
    await page.getByRole('combobox', { name: 'Lane' }).selectOption('regulars');
    const ofRegulars = result.failures.filter(({ lane }) => lane === 'regulars');
    expect(await shown()).toBe(ofRegulars.length);
    const pod = ofRegulars[0]?.pod ?? '';
    await page.getByRole('searchbox', { name: 'Search' }).fill(pod.toUpperCase());
    expect(await shown()).toBe(ofRegulars.filter((failure) => failure.pod === pod).length);
    await page.getByRole('searchbox', { name: 'Search' }).fill('no such word');
    expect(await shown()).toBe(0);
    expect(await page.getByRole('status').textContent()).toContain(`0 of ${result.failures.length} shown`);
    await page.close();
  });

  test('dark is dark, also in the charts, and changes while it is open', async () => {
    const { page } = await open(write('failing', formatPage(fixtures.failing())), { dark: true });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const chart = () => page.evaluate(`document.getElementById('chart-timeline').toDataURL()`);
    expect(await background()).toBe('rgb(14, 19, 25)');
    const dark = await chart();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await background()).toBe('rgb(244, 246, 248)');
    await expect.poll(async () => (await chart()) === dark, { timeout: 20_000 }).toBe(false);
    await page.close();
  });

  test('it goes to paper in light, whole', async () => {
    const { page, complaints } = await open(write('failing', formatPage(fixtures.failing())), { dark: true });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(50_000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('made by what is built it is the same', async () => {
    const place = resolve('node_modules/.cache/hitless-built-reports');
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    const config = {
      extends: resolve('tsconfig.build.json'),
      compilerOptions: { outDir: place, rootDir: resolve('.'), declaration: false },
      include: [resolve('reports/**/*.ts')],
      exclude: [],
    };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config));
    execFileSync('node_modules/.bin/tsc', ['-p', join(place, 'tsconfig.json')], { stdio: 'pipe' });
    const script = `import { formatPage } from './reports/html/document.js';
      import { readFileSync, writeFileSync } from 'node:fs';
      writeFileSync('page.html', formatPage(JSON.parse(readFileSync('result.json', 'utf8'))));`;
    writeFileSync(join(place, 'result.json'), JSON.stringify(fixtures.failing()));
    writeFileSync(join(place, 'make.mjs'), script);
    const said = execFileSync(process.execPath, ['make.mjs'], { cwd: place, encoding: 'utf8', stdio: 'pipe' });
    expect(said).toBe('');
    const { page, complaints } = await open(write('built', readFileSync(join(place, 'page.html'), 'utf8')));
    const built = await page.locator('main').textContent();
    const source = await open(write('source', formatPage(fixtures.failing())));
    expect(built).toBe(await source.page.locator('main').textContent());
    expect(complaints).toEqual([]);
    await page.close();
    await source.page.close();
  });
});
