import { createRequire } from 'node:module';
import type { Look } from './finding.ts';

/** The PNGs beside the report are drawn by a native module with a font that ships; without them the html reporter ends in an error. */
export const lookAtCharts: Look = async () => {
  const name = 'charts';
  try {
    const font = createRequire(import.meta.url).resolve('@fontsource/inter/files/inter-latin-400-normal.woff2');
    const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas');
    if (GlobalFonts.registerFromPath(font, 'Inter') === null) throw new Error(`the font ${font} cannot be read`);
    const context = createCanvas(10, 10).getContext('2d');
    context.font = '16px Inter';
    if (context.measureText('hitless').width === 0) throw new Error('text has no width');
    return [{ name, status: 'ok', message: 'drawn with the font that ships (Inter)' }];
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    return [
      {
        name,
        status: 'missing',
        message: `charts cannot be drawn, so that the html reporter fails: ${why}`,
        mend: `Install hitless anew on this kind of machine (${process.platform} ${process.arch}; the prebuilt @napi-rs/canvas of another one is no good), or leave html out of --reporter.`,
      },
    ];
  }
};
