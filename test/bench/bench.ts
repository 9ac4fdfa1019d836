import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startArrivalServer } from './arrival-server.ts';
import { writeSection } from './document.ts';
import { buildGo } from './go-program.ts';
import { Measured } from './measured.ts';
import { arrivals } from './parts/arrivals.ts';
import { cpu } from './parts/cpu.ts';
import { memory } from './parts/memory.ts';
import type { Bench, Part } from './parts/part.ts';
import { report } from './parts/report.ts';
import { start } from './parts/start.ts';
import { truth } from './parts/truth.ts';
import { findPeers } from './peers/find.ts';
import { medianInterval } from './spread.ts';

/**
 * hitless beside other load generators, by hand and on a machine with nothing else to do: `npm run bench -- [--only
 * cpu,arrivals,truth,memory,start,report] [--rounds 5] [--seconds 10]`. Writes its tables into docs/performance.md, each
 * between its markers, or with --print to the standard output alone. With --install it first builds those that are missing.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'cpu,arrivals,truth,memory,start,report' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '50' },
    attempts: { type: 'string', default: '100000,1000000' },
    install: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
  },
});

const parts: Record<string, Part> = { cpu, arrivals, truth, memory, start, report };
const page = join(import.meta.dirname, '../../docs/performance.md');

const chosen = values.only.split(',');
const unknown = chosen.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}; there are ${Object.keys(parts)}`);

const folder = mkdtempSync(join(tmpdir(), 'hitless-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

const peers = findPeers(values.install);
const server = await startArrivalServer(folder);
try {
  const bench: Bench = {
    peers,
    measured: new Measured(buildGo('measured', folder)),
    server,
    folder,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
    attempts: values.attempts.split(',').map(Number),
  };
  for (const name of chosen) {
    const [load = 0] = loadavg();
    const text = `${heading(name, load)}\n\n${await (parts[name] as Part)(bench)}`;
    console.log(`${text}\n`);
    if (!values.print) writeSection(page, name, text);
  }
} finally {
  server.stop();
}

/** The command, and where it ran; `load`: of that machine when it began. */
function heading(name: string, load: number): string {
  const { rounds, seconds, connections, attempts } = values;
  const { coverage } = medianInterval(new Array(Number(rounds)).fill(0));
  const sure = `in brackets what holds the median with a probability of ${(coverage * 100).toFixed(0)} %`;
  const command = `npm run bench -- --only ${name} --rounds ${rounds} --seconds ${seconds} --connections ${connections} --attempts ${attempts}`;
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.versions.node}, load ${load.toFixed(1)} when it began`;
  return [
    `\`${command}\`, on ${machine}; medians of ${rounds} ${rounds === '1' ? 'round' : `rounds, ${sure}`}.`,
    ...(Number(rounds) < 5 ? ['', '**Provisional**: too few rounds to say how sure this is.'] : []),
  ].join('\n');
}
