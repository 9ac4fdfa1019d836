import type { CommandModule } from 'yargs';
import { type VerifyArguments, verifyOptions } from './verify-options.ts';
import { type WayArguments, wayOptions } from './way-options.ts';

const { url, service, workload, namespace, context, kubeconfig, rate } = verifyOptions;

export const doctorOptions = {
  url: { ...url, demandOption: false, describe: 'where requests would go' },
  service,
  workload,
  namespace,
  context,
  kubeconfig,
  rate,
  ...wayOptions,
  json: { type: 'boolean', default: false, describe: 'the same for programs' },
} as const;

type PlaceArguments = Pick<VerifyArguments, 'service' | 'workload' | 'namespace' | 'context' | 'kubeconfig' | 'rate'>;

export interface DoctorArguments extends WayArguments, PlaceArguments {
  url: string | undefined;
  json: boolean;
}

export const doctor: CommandModule<object, DoctorArguments> = {
  command: 'doctor',
  describe: 'what verify would need here, and how to mend what is missing',
  builder: (yargs) =>
    yargs
      .options(doctorOptions)
      .example('$0 doctor --url http://shop.example.com', 'before the first verify')
      .epilogue('Exit codes\n  0  verify could run here\n  3  it could not: a line says "missing"'),
  handler: async (args) => {
    const { doctorCommand } = await import('./doctor-command.ts');
    process.exitCode = await doctorCommand(args);
    // A name that is still being looked up, or a plug-in of a kubeconfig, would keep the process for minutes.
    setTimeout(() => process.exit(), 500).unref();
  },
};
