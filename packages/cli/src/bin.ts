import { runCli } from './cli.ts';
import { endQuietlyOnClosedPipe } from './quiet-pipes.ts';

endQuietlyOnClosedPipe([process.stdout, process.stderr]);
process.exitCode = await runCli(process.argv.slice(2));
