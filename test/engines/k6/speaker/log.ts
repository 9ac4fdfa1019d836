let isJson = false;

/** From when --log-format json has been read. */
export function logAsJson(): void {
  isJson = true;
}

export function log(level: 'error' | 'warning' | 'info', msg: string, more: Record<string, string> = {}): void {
  const time = new Date().toISOString();
  process.stderr.write(
    isJson
      ? `${JSON.stringify({ ...more, level, msg, time })}\n`
      : `time="${time}" level=${level} msg=${JSON.stringify(msg)}\n`,
  );
}

/** Ends as k6 does: a line of the log, and its exit code. */
export function fail(code: number, msg: string): never {
  log('error', msg);
  process.exit(code);
}
