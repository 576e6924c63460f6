const sum = (order) => order.lines.reduce((total, line) => total + line.cents * line.quantity, 0);

export class OrderService {
  constructor(orders, customers) {
    this.orders = orders;
    this.customers = customers;
  }

  async list(offset, limit) {
    const page = await this.orders.findPage(offset, limit);
    return page.map((order) => ({ ...order, total: sum(order) }));
  }

  async detail(id) {
    const order = await this.orders.loadDetail(id);
    const customer = await this.customer(order.customerId);
    return { ...order, total: sum(order), customer };
  }

  async invoice(id) {
    const invoice = await this.orders.loadInvoice(id);
    return { ...invoice, due: invoice.lines.reduce((total, line) => total + line.cents + line.tax, 0) };
  }

  async history(id) {
    return { id, steps: await this.orders.loadHistory(id) };
  }

  async place(input) {
    const lines = Array.isArray(input?.lines) && input.lines.length > 0 ? input.lines.slice(0, 6) : null;
    return this.orders.insert({
      customerId: 1,
      status: 'open',
      lines: lines ?? [{ sku: 'sku-1', quantity: 1, cents: 500 }],
    });
  }

  async setStatus(id, status) {
    return this.orders.updateStatus(id, status);
  }

  async customer(id) {
    await null;
    return this.customers.get(id) ?? this.customers.get(0);
  }

  async ordersOf(customerId) {
    const orders = await this.orders.findByCustomer(customerId);
    return orders.map((order) => ({ id: order.id, status: order.status, total: sum(order) }));
  }

  async daily() {
    const totals = {};
    for (const order of await this.orders.all())
      totals[order.status] = (totals[order.status] ?? 0) + sum(order);
    return totals;
  }

  async search(text) {
    const all = await this.orders.all();
    const found = all.filter((order) => order.lines.some((line) => line.sku.includes(text)));
    return found.sort((a, b) => sum(b) - sum(a)).slice(0, 25);
  }
}
