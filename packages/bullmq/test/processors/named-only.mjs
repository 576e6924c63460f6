export async function process() {}
