const shells = /^(\/(usr\/)?bin\/)?(sh|bash|ash|dash)$/;
const sleepLine = /^\s*(exec\s+)?(\/(usr\/)?bin\/)?sleep\s+(?<number>\d+(\.\d+)?)(?<unit>[sm]?)\s*;?\s*$/;

/** How long a hook's command sleeps where that is all that it does (`sleep 5`, `sh -c 'sleep 5'`); else undefined. */
export function sleepOf(command: readonly string[]): number | undefined {
  const [program = '', option, script = ''] = command;
  const isScript = command.length === 3 && shells.test(program) && option === '-c';
  const { number, unit } = sleepLine.exec(isScript ? script : command.join(' '))?.groups ?? {};
  return number === undefined ? undefined : Number(number) * (unit === 'm' ? 60 : 1);
}
