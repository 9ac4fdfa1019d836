import picocolors from 'picocolors';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Where a terminal reporter writes. */
export interface Screen {
  write(text: string): void;
  /** Lines can be redrawn in place. */
  readonly live: boolean;
  /** Its width in characters, now. */
  readonly columns: number;
  readonly colors: Colors;
}

interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** A screen on a stream; NO_COLOR, FORCE_COLOR and TERM=dumb count as everywhere (no-color.org, force-color.org). */
export function screenOn(output: Output, environment: NodeJS.ProcessEnv = process.env): Screen {
  const terminal = output.isTTY === true && environment.TERM !== 'dumb';
  const forced = environment.FORCE_COLOR;
  const colored = !environment.NO_COLOR && (forced ? forced !== '0' && forced !== 'false' : terminal);
  return {
    write: (text) => void output.write(text),
    live: terminal,
    get columns() {
      return output.columns || 100;
    },
    colors: picocolors.createColors(colored),
  };
}
