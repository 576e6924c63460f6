import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A Redis that tests talk to. */
export interface TestRedis {
  url: string;
  host: string;
  port: number;
  /** Ends a server that was started here, and waits until it is gone; leaves that of `REDIS_URL` alone. */
  stop(): Promise<void>;
}

/** One that a test has for itself: it may be taken away and come back with its data. */
export interface PrivateRedis extends TestRedis {
  /** Writes the data to disk and ends the server. */
  down(): Promise<void>;
  /** Starts it again on the same port, with the data. */
  up(): Promise<void>;
}

/** Thrown where no Redis can be had; the message says what to do. */
export class NoRedisError extends Error {
  readonly code = 'ERR_NO_REDIS';
}

const BINARIES = ['redis-server', 'valkey-server'];
const START_MS = 20_000;
const POLL_MS = 20;
const APT_TRIES = 60;
const APT_PAUSE_MS = 3000;

/** The Redis of `REDIS_URL` if that is set, else a private one. Queues of tests need names of their own. */
export async function startRedis(): Promise<TestRedis> {
  const url = process.env.REDIS_URL;
  if (url === undefined || url === '') return startPrivateRedis();
  const { hostname, port } = new URL(url);
  return { url, host: hostname, port: Number(port || 6379), stop: async () => {} };
}

/**
 * A server of the test's own on an ephemeral port of 127.0.0.1, from `redis-server` or `valkey-server` on PATH, else
 * installed by apt-get.
 *
 * @param config further arguments, e.g. `['--maxmemory-policy', 'allkeys-lru']`
 * @throws NoRedisError where no server can be had
 */
export async function startPrivateRedis(config: readonly string[] = []): Promise<PrivateRedis> {
  const binary = installedBinary() ?? (await installBinary());
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-redis-'));
  const port = await freePort();
  let server: ChildProcess | null = null;
  const up = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...config];
    server = spawn(binary, args, { stdio: 'ignore' });
    await answers(port, server);
  };
  const end = async (how: string): Promise<void> => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    send(port, how);
    await gone;
  };
  await up();
  // A test run that is cut short must leave no server behind.
  const kill = (): void => void server?.kill('SIGKILL');
  process.once('exit', kill);
  return {
    url: `redis://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    up,
    down: () => end('SHUTDOWN SAVE'),
    stop: async () => {
      await end('SHUTDOWN NOSAVE');
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The Redis or Valkey on PATH, if there is one. */
export function installedBinary(): string | undefined {
  return BINARIES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** Test files run side by side: where another process is at apt-get already, it may be what installs it. */
async function installBinary(): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      aptGet('update');
      aptGet('install', '-y', '--no-install-recommends', 'redis-server');
      return installedBinary() ?? raise();
    } catch (cause) {
      const isBusy = /\block\b/i.test(String((cause as { stderr?: unknown }).stderr));
      if (!isBusy || tries === APT_TRIES) throw new NoRedisError(NO_REDIS, { cause });
    }
    await wait(APT_PAUSE_MS);
    const installed = installedBinary();
    if (installed !== undefined) return installed;
  }
}

function aptGet(...args: string[]): void {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command, ...rest] = [...asRoot, 'apt-get', '-o', 'DPkg::Lock::Timeout=120', ...args];
  execFileSync(command!, rest, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

const NO_REDIS =
  'These tests need Redis: set REDIS_URL, or put redis-server or valkey-server on PATH (apt-get could not install it here)';

function raise(): never {
  throw new NoRedisError(NO_REDIS);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a server on this port answers, data loaded. */
async function answers(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await pings(port))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with exit code ${server.exitCode}`);
    if (Date.now() > deadline) throw new Error(`redis-server did not answer within ${START_MS} ms`);
    await wait(POLL_MS);
  }
}

function pings(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}

function send(port: number, command: string): void {
  const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
  socket.on('error', () => {});
}
