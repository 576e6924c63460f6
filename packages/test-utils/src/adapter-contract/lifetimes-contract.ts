import { Agent } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openConnection, request } from '../http-client.ts';
import type { AdapterUnderTest } from './app-spec.ts';
import { answer, answerTwice, hang, stream, throwSync } from './behaviours.ts';
import { enteredBy, startGuarded } from './running.ts';

/** When a request begins and ends. */
export function describeLifetimes(adapter: AdapterUnderTest): void {
  describe('lifetimes', () => {
    it('ends every request of a kept-alive connection by itself', async () => {
      const { guard, port } = await startGuarded(adapter, [{ route: '/a/:id', does: answer() }]);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let at = 0; at < 5; at++) await request(port, `/a/${at}`, { agent });
      await guard.finished(5);
      agent.destroy();
      expect(guard.finishedByScope()).toEqual({ 'GET /a/:id': 5 });
    });

    it('ends pipelined requests each in its own scope', async () => {
      const { guard, port } = await startGuarded(adapter, [
        { route: '/a', does: answer() },
        { route: '/b', does: answer() },
      ]);
      const socket = await openConnection(port, head('/a') + head('/b') + head('/a'));
      await guard.finished(3);
      socket.destroy();
      expect(guard.finishedByScope()).toEqual({ 'GET /a': 2, 'GET /b': 1 });
    });

    it('keeps a stream in flight until it closes', async () => {
      const { guard, port } = await startGuarded(adapter, [{ route: '/events/:topic', does: stream }]);
      const socket = await openConnection(port, head('/events/news'));
      await new Promise((resolve) => socket.once('data', resolve));
      expect(guard.inFlight()).toBe(1);
      expect(guard.units[0]?.entered).toEqual(enteredBy(adapter, 'GET /events/:topic'));
      socket.destroy();
      expect(await guard.finished(1)).toEqual(['GET /events/:topic']);
      expect(guard.inFlight()).toBe(0);
    });

    it('ends a request that is never answered when its client gives up', async () => {
      const { guard, port } = await startGuarded(adapter, [
        { router: '/p', steps: [{ route: '/:id', does: hang }] },
      ]);
      const socket = await openConnection(port, head('/p/1'));
      await guard.begun(1);
      socket.destroy();
      expect(await guard.finished(1)).toEqual(['GET /p/:id']);
    });

    it('ends a middleware that never answers when its client gives up', async () => {
      const { guard, port } = await startGuarded(adapter, [{ middleware: '/poll', does: hang }]);
      const socket = await openConnection(port, head('/poll/1'));
      await guard.begun(1);
      socket.destroy();
      expect(await guard.finished(1)).toEqual(['GET /poll (middleware)']);
    });

    it('counts a request that was answered twice once', async () => {
      const { guard, port } = await startGuarded(adapter, [{ route: '/twice', does: answerTwice }]);
      await request(port, '/twice');
      await guard.finished(1);
      await request(port, '/twice');
      await guard.finished(2);
      expect(guard.units.map((unit) => unit.ends)).toEqual([1, 1]);
    });

    it('ends requests whose handlers throw, and leaves the answer to the app', async () => {
      const { guard, port } = await startGuarded(adapter, [
        { route: '/throws', does: throwSync },
        { errorHandler: true },
      ]);
      const { status, body } = await request(port, '/throws');
      expect(await guard.finished(1)).toEqual(['GET /throws']);
      expect({ status, body }).toEqual({ status: 500, body: 'thrown by the handler' });
    });

    it('hands over the finished request object', async () => {
      const seen: unknown[] = [];
      const { guard, port } = await startGuarded(adapter, [
        {
          route: '/a',
          does: (exchange) => {
            seen.push(exchange.req.url);
            return answer()(exchange);
          },
        },
      ]);
      await request(port, '/a');
      await guard.finished(1);
      expect(guard.units[0]?.subject).not.toBeNull();
      expect(seen).toEqual(['/a']);
    });
  });
}

function head(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}
