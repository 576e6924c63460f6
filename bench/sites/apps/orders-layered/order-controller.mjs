export class OrderController {
  constructor(service) {
    this.service = service;
  }

  async list(req, res) {
    res.json(await this.service.list(Number(req.query.offset) || 0, Number(req.query.limit) || 20));
  }

  async show(req, res) {
    res.json(await this.service.detail(Number(req.params.id)));
  }

  async invoice(req, res) {
    res.json(await this.service.invoice(Number(req.params.id)));
  }

  async history(req, res) {
    res.json(await this.service.history(Number(req.params.id)));
  }

  async create(req, res) {
    res.status(201).json(await this.service.place(req.body));
  }

  async setStatus(req, res) {
    res.json(await this.service.setStatus(Number(req.params.id), req.body?.status ?? 'paid'));
  }

  async customer(req, res) {
    res.json(await this.service.customer(Number(req.params.id)));
  }

  async customerOrders(req, res) {
    res.json(await this.service.ordersOf(Number(req.params.id)));
  }

  async daily(_req, res) {
    res.json(await this.service.daily());
  }

  async search(req, res) {
    res.json(await this.service.search(String(req.query.q ?? '')));
  }
}
