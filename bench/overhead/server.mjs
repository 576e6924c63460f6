/** Child process: one server of the variant in argv[2]. Tells its port, then its CPU whenever it is asked. */
import { createServer } from 'node:http';
import express from 'express';
import { buildApp } from './app.mjs';
import { VARIANTS } from './variants.mjs';

const middleware = await VARIANTS[process.argv[2]].middleware();
const server = createServer(buildApp(express, middleware));
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMicros: user + system });
});
// The parent is gone, however it went.
process.on('disconnect', () => process.exit());
