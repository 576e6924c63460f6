import { setTimeout as sleep } from 'node:timers/promises';
import { ORDERS } from './seed.mjs';

export class OrderRepository {
  constructor(orders, journals) {
    this.orders = orders;
    this.journals = journals;
    this.nextId = 0;
  }

  async findPage(offset, limit) {
    await sleep(1);
    const page = [];
    for (let n = 0; n < limit; n++) page.push(this.orders.get((offset + n) % ORDERS));
    return page;
  }

  async findById(id) {
    await null;
    return this.orders.get(id % ORDERS);
  }

  async loadDetail(id) {
    const order = await this.findById(id);
    await sleep(1);
    this.journals.major?.record(order);
    return { ...order, lines: order.lines.map((line) => ({ ...line, total: line.cents * line.quantity })) };
  }

  async loadInvoice(id) {
    const order = await this.findById(id);
    const taxed = order.lines.map((line) => ({ ...line, tax: Math.round(line.cents * 0.2) }));
    await sleep(2);
    this.journals.minor?.record(order);
    return { id: order.id, number: `INV-${10_000 + order.id}`, lines: taxed };
  }

  async loadHistory(id) {
    const order = await this.findById(id);
    await sleep(3);
    this.journals.rare?.record(order);
    return Array.from({ length: 8 }, (_, n) => ({
      step: n,
      status: order.status,
      by: `clerk-${(id + n) % 9}`,
    }));
  }

  async findByCustomer(customerId) {
    await sleep(1);
    return [...this.orders.values()].filter((order) => order.customerId === customerId);
  }

  /** A new order takes the place of the oldest: the store never has more than `ORDERS`. */
  async insert(order) {
    await null;
    const id = this.nextId++ % ORDERS;
    this.orders.set(id, { ...order, id });
    return this.orders.get(id);
  }

  async updateStatus(id, status) {
    const order = await this.findById(id);
    order.status = status;
    return order;
  }

  async all() {
    await sleep(1);
    return [...this.orders.values()];
  }
}
