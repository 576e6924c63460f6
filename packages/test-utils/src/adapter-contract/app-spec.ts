import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '@leakguard/core';

/** What a handler of a contract app gets, whatever the framework: Node's own objects and a way to pass on. */
export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  /** Lets the next handler in line take the request (`next()`). */
  pass(): unknown;
}

export type Behaviour = (exchange: Exchange) => unknown;

/** One thing that an app does with requests, in order. Paths use `:name` for parameters. */
export type Step =
  | { guard: Guard; scope?: (req: IncomingMessage, res: ServerResponse) => string | undefined }
  | { route: string; method?: 'get' | 'post' | 'all'; does: Behaviour }
  | { middleware: string; does: Behaviour }
  | { router: string; steps: Step[] }
  /** The app's error handler: answers 500 with the error's message. */
  | { errorHandler: true };

/** An app, described without naming a framework. */
export type AppSpec = Step[];

/** A contract app that listens. */
export interface RunningApp {
  port: number;
  close(): Promise<void>;
}

/** What an adapter's test gives to the battery. */
export interface AdapterUnderTest {
  /** For test titles, with the framework's major: 'Express 5'. */
  name: string;
  /** The version that the framework's package says it is, and the major that it must be. */
  version: { actual: string; major: number };
  /**
   * False for an adapter that knows no routes: the app names its requests when they have finished, and the battery does not
   * ask what only a router can tell. @default true
   */
  knowsRoutes?: boolean;
  /**
   * False for a framework that does not say that a route passed the request on: where nothing answers after it, the
   * request is the route's, for a route that leaves the framework's own 404 standing looks the same. @default true
   */
  tellsPassing?: boolean;
  /** Builds the app with the real framework and listens on an ephemeral port of 127.0.0.1. */
  startApp(spec: AppSpec): Promise<RunningApp>;
}
