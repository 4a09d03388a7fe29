/** `mdpd serve <run or model>` */
import { MdpdError } from '@mdpd/core';
import { command } from './command.ts';
import { commonOptions, wholeNumber } from './command-line.ts';
import { createOutput } from './output.ts';
import { openBrowser } from './serve/open-browser.ts';
import { serve } from './serve/serve.ts';
import { listenForStop } from './stop-signal.ts';

const defaultPort = 7860;
const defaultHost = '127.0.0.1';
const largestPort = 65_535;

export default command({
  name: 'serve',
  description: 'Serve a page on this machine on which the model can be tried, and an endpoint for programs.',
  examples: [
    'mdpd serve runs/mnist/20261123-063956',
    'mdpd serve runs/mnist/20261123-063956 --port 8080 --open',
    'mdpd serve zoo:tiny-bert',
  ],
  args: {
    target: { type: 'positional', required: true, description: 'folder of a run, or of a model' },
    port: {
      type: 'string',
      valueHint: 'number',
      description: `port; 0: any that is free (default: ${defaultPort})`,
    },
    host: {
      type: 'string',
      valueHint: 'address',
      description: `address to listen on (default: ${defaultHost}, this machine alone)`,
    },
    open: { type: 'boolean', description: 'open the page in the browser' },
    executor: {
      type: 'string',
      valueHint: 'name',
      description: 'executor of what runs on this machine (default: auto)',
    },
    ...commonOptions,
  },
  run: (args) => serveTarget(args._[0]!, args),
});

interface CommandOptions {
  readonly port?: string;
  readonly host?: string;
  readonly open?: boolean;
  readonly executor?: string;
}

/** 0 once it was stopped while it served: that is how it ends. */
async function serveTarget(name: string, options: CommandOptions): Promise<number> {
  const output = createOutput({ json: false });
  const port = portOf(options.port);
  const { host = defaultHost, executor = 'auto' } = options;
  const stopper = listenForStop(output.message);
  let serves = false;
  const ready = (address: string): void => {
    serves = true;
    output.answer(`Page   ${address}\nStop   Ctrl-C`);
    if (options.open) openBrowser(address, () => output.message('no browser could be opened'));
  };
  try {
    await serve(name, { port, host, executor, output, signal: stopper.signal, ready });
    return 0;
  } catch (thrown) {
    const stopped = thrown instanceof MdpdError && thrown.code === 'INTERRUPTED';
    if (stopped && !serves) return stopper.exitCode() ?? 1;
    throw thrown;
  } finally {
    stopper.release();
  }
}

/** Throws OPTION_VALUE. */
function portOf(text: string | undefined): number {
  const port = wholeNumber('serve', '--port', text, 0) ?? defaultPort;
  if (port <= largestPort) return port;
  throw new MdpdError('OPTION_VALUE', `option --port of mdpd serve is "${text}"`, {
    allowed: `a whole number from 0 to ${largestPort}`,
    exitCode: 2,
  });
}
