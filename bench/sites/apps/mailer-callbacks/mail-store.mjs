import { createWatch } from './delivery-watch.mjs';

export const MESSAGES = 500;

const TEMPLATE = 'Dear {name},\nyour parcel {id} is on its way to {city}.\n{lines}\nYours, the shop';

export function createMailStore(leak) {
  const messages = [];
  for (let id = 0; id < MESSAGES; id++) {
    messages.push({
      id,
      to: `c${id % 90}@example.test`,
      state: 'queued',
      tries: 0,
      text: 'Hello. '.repeat(id % 30),
    });
  }
  let next = 0;
  const watchRead = createWatch(leak, 'major');
  const watchRetry = createWatch(leak, 'minor');
  const watchBounce = createWatch(leak, 'rare');

  const at = (id) => messages[(Number(id) || 0) % MESSAGES];

  function getMessage(id, cb) {
    process.nextTick(() => cb(null, at(id)));
  }

  function openMessage(id, cb) {
    getMessage(id, function onMessage(err, message) {
      if (err) return cb(err);
      setTimeout(function onRead() {
        watchRead(message, (failed) => cb(failed, { ...message, preview: message.text.slice(0, 80) }));
      }, 1);
    });
  }

  function addMessage(input, cb) {
    const id = next++ % MESSAGES;
    const text = String(input?.text ?? 'No text').slice(0, 2000);
    messages[id] = {
      id,
      to: String(input?.to ?? 'nobody@example.test').slice(0, 100),
      state: 'queued',
      tries: 0,
      text,
    };
    setImmediate(cb, null, messages[id]);
  }

  function sendMessage(id, cb) {
    getMessage(id, (_err, message) => {
      setTimeout(() => {
        message.state = 'sent';
        cb(null, message);
      }, 2);
    });
  }

  function retryMessage(id, cb) {
    getMessage(id, (_err, message) => {
      setTimeout(function onRetried() {
        message.tries = (message.tries + 1) % 10;
        watchRetry(message, () => cb(null, { id: message.id, tries: message.tries }));
      }, 3);
    });
  }

  function readBounce(id, cb) {
    getMessage(id, (_err, message) => {
      setTimeout(function onBounceRead() {
        watchBounce(message, () =>
          cb(null, { id: message.id, code: 550, lines: ['No such user', message.to] }),
        );
      }, 2);
    });
  }

  function listQueue(cb) {
    setImmediate(() => cb(null, messages.filter((message) => message.state === 'queued').slice(0, 60)));
  }

  function recipientMail(address, cb) {
    setTimeout(
      () =>
        cb(
          null,
          messages.filter((message) => message.to === address),
        ),
      1,
    );
  }

  function renderTemplate(name, cb) {
    let lines = '';
    for (let n = 0; n < 30; n++) lines += `${n}. ${name} x ${n % 4}\n`;
    process.nextTick(() => cb(null, TEMPLATE.replace('{name}', name).replace('{lines}', lines)));
  }

  return {
    getPage: (offset, cb) => process.nextTick(cb, null, messages.slice(offset, offset + 25)),
    openMessage,
    addMessage,
    sendMessage,
    retryMessage,
    readBounce,
    listQueue,
    recipientMail,
    renderTemplate,
  };
}
