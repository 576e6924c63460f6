import * as bookingsControllers from './bookings-controllers/app.mjs';
import * as catalogGraphql from './catalog-graphql/app.mjs';
import * as batchFlush from './healthy/batch-flush.mjs';
import * as connectionPool from './healthy/connection-pool.mjs';
import * as doublingLoad from './healthy/doubling-load.mjs';
import * as openStreams from './healthy/open-streams.mjs';
import * as quoteTtl from './healthy/quote-ttl.mjs';
import * as recentRequests from './healthy/recent-requests.mjs';
import * as routeHistograms from './healthy/route-histograms.mjs';
import * as sessionWindows from './healthy/session-windows.mjs';
import * as templateWarmup from './healthy/template-warmup.mjs';
import * as tenantConfig from './healthy/tenant-config.mjs';
import * as thumbnailLru from './healthy/thumbnail-lru.mjs';
import * as transientGiants from './healthy/transient-giants.mjs';
import * as helpdeskMiddleware from './helpdesk-middleware/app.mjs';
import * as mailerCallbacks from './mailer-callbacks/app.mjs';
import * as ordersLayered from './orders-layered/app.mjs';
import * as pricingPromises from './pricing-promises/app.mjs';
import * as reportsStreaming from './reports-streaming/app.mjs';
import * as telemetryEvents from './telemetry-events/app.mjs';

/** Each can be made with a leak, or with none. */
export const apps = {
  'orders-layered': ordersLayered,
  'catalog-graphql': catalogGraphql,
  'helpdesk-middleware': helpdeskMiddleware,
  'telemetry-events': telemetryEvents,
  'reports-streaming': reportsStreaming,
  'mailer-callbacks': mailerCallbacks,
  'bookings-controllers': bookingsControllers,
  'pricing-promises': pricingPromises,
};

/** None of these keeps anything for ever, though each grows for a time or has a lot at once. */
export const healthy = {
  'thumbnail-lru': thumbnailLru,
  'quote-ttl': quoteTtl,
  'session-windows': sessionWindows,
  'template-warmup': templateWarmup,
  'batch-flush': batchFlush,
  'tenant-config': tenantConfig,
  'recent-requests': recentRequests,
  'open-streams': openStreams,
  'doubling-load': doublingLoad,
  'transient-giants': transientGiants,
  'route-histograms': routeHistograms,
  'connection-pool': connectionPool,
};

export const kinds = [
  'object',
  'closure',
  'string',
  'listener',
  'timer',
  'promise',
  'map',
  'array',
  'buffer',
];
export const sizes = [100, 500, 2048, 20480];
export const shares = { rare: 2, minor: 5, major: 28 };
